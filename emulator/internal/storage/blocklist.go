package storage

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/words"
)

// maxList bounds the XML of a block list, in bytes: 50,000 of the longest
// entries, with room for white space.
const maxList = 8 << 20

// listed is one entry of a block list: where to look for the block, and its id,
// decoded.
type listed struct {
	where place
	id    string
}

type place string

// The elements of a block list [documented: "Put Block List"].
const (
	committed   place = "Committed"
	uncommitted place = "Uncommitted"
	latest      place = "Latest" // uncommitted, or else committed
)

// parseBlockList reads the XML of a block list. It errs with a problem.
func parseBlockList(r io.Reader) ([]listed, error) {
	var list []listed
	var entry *listed // whose element is open
	var text strings.Builder
	d := xml.NewDecoder(r)
	depth, done := 0, false
	bad := func(why string) error { return refuse("InvalidXmlDocument", reason, why) }
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			if !done {
				return nil, bad("the list ends before its BlockList does")
			}
			return list, nil
		}
		if err != nil {
			return nil, bad(err.Error())
		}
		switch t := token.(type) {
		case xml.StartElement:
			name := t.Name.Local
			switch {
			case depth == 0 && (done || name != "BlockList"):
				return nil, bad("the list has one element BlockList, not " + words.Quote(name))
			case depth == 1 && name != string(committed) && name != string(uncommitted) && name != string(latest):
				return nil, bad("a BlockList has the elements Committed, Uncommitted and Latest, not " + words.Quote(name))
			case depth > 1:
				return nil, bad("an id has no elements, but here is " + words.Quote(name))
			case depth == 1:
				if len(list) == maxListed {
					return nil, refuse("BlockListTooLong")
				}
				entry = &listed{where: place(name)}
				text.Reset()
			}
			depth++
		case xml.EndElement:
			if depth--; depth == 1 {
				if entry.id, err = listedID(text.String()); err != nil {
					return nil, err
				}
				list, entry = append(list, *entry), nil
			}
			done = depth == 0
		case xml.CharData:
			if entry != nil {
				text.Write(t)
			} else if s := strings.TrimPrefix(string(t), "\ufeff"); strings.TrimSpace(s) != "" {
				return nil, bad("there is text beside the elements: " + words.Quote(strings.TrimSpace(s)))
			}
		case xml.Directive:
			return nil, bad("a list has no directives")
		}
	}
}

// listedID decodes an id of a list.
func listedID(text string) (string, error) {
	text = strings.TrimSpace(text)
	id, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(id) == 0 || len(id) > maxBlockID {
		return "", refuse("InvalidBlockId", reason, words.Quote(text)+" is not the Base64 of 1 to 64 bytes") // documented
	}
	return string(id), nil
}

// putBlockList is Put Block List: it makes a blob of blocks that were put
// before, and of the blob's own; the blocks that it does not name go
// [documented]. A block may be named more than once. Of two uploads of one blob
// at a time, the list that comes first takes the blocks of both away; the other
// is then refused, and never mixes [documented].
func (x *exchange) putBlockList(c *container) (success, error) {
	h, err := x.blobHeaders(false)
	if err != nil {
		return success{}, err
	}
	got, err := x.receive(maxList, false)
	if err != nil {
		return success{}, err
	}
	list, err := parseBlockList(got.content.open())
	x.store.release(got.content.size)
	if err != nil {
		return success{}, err
	}
	b := &blob{name: x.call.Blob, headers: h}
	err = x.update(c, func() error {
		var err error
		if b.blocks, err = c.find(b.name, list); err != nil {
			return err
		}
		if n := length(b.blocks); n > x.store.limits.Blob {
			x.store.discard(c, b.name)
			return refuse("RequestBodyTooLarge", maxLimit, strconv.FormatInt(x.store.limits.Blob, 10),
				reason, "the blocks have "+strconv.FormatInt(n, 10)+" bytes together")
		}
		b.content = join(b.blocks)
		return x.store.replace(x, c, b, 0)
	})
	if err != nil {
		return success{}, err
	}
	return x.created(got, x.r.Header.Get("Content-Md5") != "").describe(b), nil
}

// find returns the blocks of a list, in its order. Must hold mu.
func (c *container) find(name string, list []listed) ([]part, error) {
	var own map[string]content // of the blob as it is
	if b := c.blobs[name]; b != nil {
		own = make(map[string]content, len(b.blocks))
		for _, p := range b.blocks {
			own[p.id] = p.content
		}
	}
	var wait map[string]staged
	if st := c.staged[name]; st != nil {
		wait = st.blocks
	}
	parts := make([]part, len(list))
	for i, e := range list {
		fresh, isFresh := wait[e.id]
		kept, isKept := own[e.id]
		switch {
		case isFresh && e.where != committed:
			parts[i] = part{e.id, fresh.content}
		case isKept && e.where != uncommitted:
			parts[i] = part{e.id, kept}
		default:
			return nil, refuse("InvalidBlockList", reason,
				"there is no block "+words.Quote(encodeID(e.id))+" to be found under "+string(e.where)+
					": it was never put, or a later upload of this blob took its place")
		}
	}
	return parts, nil
}

// length is the sum of the parts' bytes.
func length(parts []part) (n int64) {
	for _, p := range parts {
		n += p.content.size
	}
	return n
}

func encodeID(id string) string { return base64.StdEncoding.EncodeToString([]byte(id)) }

// getBlockList is Get Block List [documented]: uncommitted blocks come by id.
func (x *exchange) getBlockList(c *container) (success, error) {
	kind := strings.ToLower(x.call.Query.Get("blocklisttype"))
	if kind != "" && kind != "all" && kind != "committed" && kind != "uncommitted" {
		return success{}, refuse("InvalidQueryParameterValue", queryName, "blocklisttype", queryValue, kind,
			reason, "It is committed, uncommitted or all.")
	}
	done := success{status: http.StatusOK, header: http.Header{"Content-Type": {"application/xml"}}}
	var out bytes.Buffer
	err := x.update(c, func() error {
		b, st := c.blobs[x.call.Blob], c.staged[x.call.Blob]
		if b == nil && st == nil {
			return refuse("BlobNotFound")
		}
		var kept, wait []part
		if b != nil {
			done = done.describe(b)
			done.header.Set("X-Ms-Blob-Content-Length", strconv.FormatInt(b.content.size, 10))
			kept = b.blocks
		}
		if st != nil {
			for _, id := range names(st.blocks) {
				wait = append(wait, part{id, st.blocks[id].content})
			}
		}
		out.WriteString(`<?xml version="1.0" encoding="utf-8"?><BlockList>`)
		if kind != "uncommitted" {
			writeBlocks(&out, "CommittedBlocks", kept)
		}
		if kind == "uncommitted" || kind == "all" {
			writeBlocks(&out, "UncommittedBlocks", wait)
		}
		out.WriteString(`</BlockList>`)
		return nil
	})
	done.body = out.Bytes()
	return done, err
}

// writeBlocks writes one half of a block list. Base64 needs no escaping.
func writeBlocks(out *bytes.Buffer, element string, parts []part) {
	out.WriteString("<" + element + ">")
	for _, p := range parts {
		out.WriteString("<Block><Name>" + encodeID(p.id) + "</Name><Size>" + strconv.FormatInt(p.content.size, 10) + "</Size></Block>")
	}
	out.WriteString("</" + element + ">")
}

// getBlobProperties is Get Blob Properties [documented], without the headers of
// what is not emulated.
func (x *exchange) getBlobProperties(c *container) (success, error) {
	done := success{status: http.StatusOK, header: http.Header{}}
	err := x.update(c, func() error {
		b := c.blobs[x.call.Blob]
		if b == nil {
			return refuse("BlobNotFound")
		}
		done = done.describe(b)
		b.headers.write(done.header)
		done.header.Set("Content-Length", strconv.FormatInt(b.content.size, 10))
		return nil
	})
	for name, value := range map[string]string{
		"X-Ms-Blob-Type": "BlockBlob", "X-Ms-Lease-Status": "unlocked",
		"X-Ms-Lease-State": "available", "X-Ms-Server-Encrypted": "true", "Accept-Ranges": "bytes",
	} {
		done.header.Set(name, value)
	}
	return done, err
}
