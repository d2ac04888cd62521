package storage

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Whatever the query and the path are: an answer, never a panic; and only the
// SAS as it was made lets anything be written.
func FuzzAnswer(f *testing.F) {
	s := NewStore([]byte("the key of a world"), Limits{Blob: 1000, World: 10_000})
	_, good, _ := strings.Cut(s.UploadURL("", box, dawn), "?")
	want, _ := url.ParseQuery(good)
	for _, q := range []string{good, "", "sp=w&" + good, good + "&comp=block&blockid=AA%3D%3D", good + "&comp=blocklist",
		strings.ReplaceAll(good, "sp=w", "sp=rw"), "restype=container", "a=%zz", "st=2017"} {
		f.Add("PUT", Prefix+box+"/a.csv", q, "<BlockList/>")
	}
	f.Add("GET", Prefix, good, "")
	f.Add("PUT", Prefix+box+"/%2e%2e/%00", good, "x")
	f.Fuzz(func(t *testing.T, method, path, query, body string) {
		u, err := url.Parse("http://x" + path)
		if err != nil {
			return
		}
		u.RawQuery = query
		r := &http.Request{Method: method, URL: u, Header: http.Header{"X-Ms-Blob-Type": {"BlockBlob"}}, ContentLength: int64(len(body))}
		c := Parse(r)
		reply := s.Answer(c, r, strings.NewReader(body), dawn)
		assert.True(t, reply.Status >= 200 && reply.Status < 600)
		assert.Less(t, len(reply.Body), 20_000)
		assert.NotEqual(t, "InternalError", reply.Code, "every code is known")
		if reply.Status == 201 {
			for name := range want {
				assert.Equal(t, want[name], c.Query[name])
			}
		}
		assert.Equal(t, reply.Status == 201 || reply.Code != "AuthenticationFailed" && s.Signs(c.Container, c.Query),
			s.Signs(c.Container, c.Query))
		s.Drop(box)
		s.Create(box)
		assert.Zero(t, s.Used())
	})
}

func FuzzBlockList(f *testing.F) {
	for _, text := range []string{"<BlockList/>", listXML("Latest a", "Committed b", "Uncommitted c"), "<BlockList><Latest>",
		"\ufeff<?xml version='1.0'?><!--x--><BlockList> </BlockList>", "<!DOCTYPE x>"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		list, err := parseBlockList(strings.NewReader(text))
		if err != nil {
			assert.Nil(t, list)
			assert.Less(t, len(err.Error()), 10_000)
			return
		}
		// What was read is written the same way again.
		var entries []string
		for _, e := range list {
			entries = append(entries, string(e.where)+" "+e.id)
		}
		again, err := parseBlockList(strings.NewReader(listXML(entries...)))
		assert.NoError(t, err)
		assert.Equal(t, list, again)
	})
}
