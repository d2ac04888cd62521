package jsontree

import (
	"bytes"
	"encoding/json"
	"sync"
)

var encoders = sync.Pool{New: func() any {
	e := &encoder{}
	e.json = json.NewEncoder(&e.buffer)
	e.json.SetEscapeHTML(false)
	return e
}}

type encoder struct {
	buffer bytes.Buffer
	json   *json.Encoder
}

// Append appends v as JSON to dst, without HTML escapes, which Graph does not
// use; dst grows by no more than it must. It panics where v cannot be encoded:
// give it our own types only.
func Append(dst []byte, v any) []byte {
	e := encoders.Get().(*encoder)
	defer encoders.Put(e)
	e.buffer.Reset()
	if err := e.json.Encode(v); err != nil {
		panic(err)
	}
	text := bytes.TrimSuffix(e.buffer.Bytes(), []byte("\n"))
	if dst == nil {
		return bytes.Clone(text) // it may be kept for long
	}
	return append(dst, text...)
}
