package entity

import (
	"slices"
	"unsafe"
)

const (
	firstBlock = 4 << 10
	maxBlock   = 64 << 10
)

// packer puts texts one after the other into blocks, which takes less memory than
// one allocation each. A block lives until nothing in it is used any more.
type packer struct {
	block []byte
	size  int
}

// Pack lets what is created from here on in this update be kept in blocks. It is for
// loads of many objects, such as a fixture's. JSON is copied, so it stays the caller's.
func (tx *Tx) Pack() {
	if tx.pack == nil {
		tx.pack = &packer{size: firstBlock}
	}
}

func (p *packer) copy(b []byte) []byte {
	if len(b) > maxBlock/4 {
		return slices.Clip(slices.Clone(b))
	}
	if len(b) > cap(p.block)-len(p.block) {
		p.size = min(2*p.size, maxBlock)
		p.block = make([]byte, 0, max(p.size, len(b)))
	}
	n := len(p.block)
	p.block = append(p.block, b...)
	return p.block[n:len(p.block):len(p.block)]
}

// keep returns an object's texts as the store keeps them.
func (tx *Tx) keep(json []byte, keys packedKeys) ([]byte, packedKeys) {
	switch {
	case tx.pack != nil:
		json = tx.pack.copy(json)
		if keys != "" {
			b := tx.pack.copy([]byte(keys))
			keys = packedKeys(unsafe.String(&b[0], len(b))) // a block's bytes are written once
		}
	case cap(json)-len(json) > len(json)/8+16:
		json = slices.Clip(slices.Clone(json))
	}
	return json, keys
}
