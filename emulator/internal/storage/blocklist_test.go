package storage

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestBlocks(t *testing.T) {
	g := newRig(t, Limits{})
	for _, id := range []string{"a", "b", "c"} {
		a := g.block(t, "s.csv", id, strings.Repeat(id, 3), "x-ms-version", "2021-12-02")
		wantCode(t, a, 201, "")
		assert.Equal(t, crcOf(strings.Repeat(id, 3)), a.Header.Get("X-Ms-Content-Crc64"))
		assert.Empty(t, a.Header.Get("Content-Md5"), "only where it was sent")
		assert.Empty(t, a.Header.Get("Etag"))
	}
	assert.Equal(t, md5Of("ccc"), g.block(t, "s.csv", "c", "ccc").Header.Get("Content-Md5"), "older versions always send it")
	assert.Empty(t, g.files(t), "nothing is committed yet")
	wantCode(t, g.list(t, "s.csv", "Latest b", "Uncommitted a", "Latest b"), 201, "")
	assert.Equal(t, "bbbaaabbb", g.files(t)["s.csv"], "the list's order, a block twice, another not at all")
	wantCode(t, g.list(t, "s.csv", "Latest c"), 400, "InvalidBlockList")

	// A list may take up blocks of the blob itself; Latest prefers what waits.
	g.block(t, "s.csv", "a", "new")
	wantCode(t, g.list(t, "s.csv", "Committed a", "Uncommitted a", "Latest a", "Committed b"), 201, "")
	assert.Equal(t, "aaanewnewbbb", g.files(t)["s.csv"])
	wantCode(t, g.list(t, "s.csv", "Uncommitted b"), 400, "InvalidBlockList")
	wantCode(t, g.list(t, "s.csv", "Latest z"), 400, "InvalidBlockList")
	assert.Equal(t, "aaanewnewbbb", g.files(t)["s.csv"], "a refused list changes nothing")

	wantCode(t, g.list(t, "s.csv"), 201, "")
	assert.Equal(t, "", g.files(t)["s.csv"], "an empty list makes an empty blob")

	// Put Blob takes what waits away.
	g.block(t, "s.csv", "a", "new")
	g.put(t, "s.csv", "whole")
	wantCode(t, g.list(t, "s.csv", "Latest a"), 400, "InvalidBlockList")
	assert.Equal(t, "whole", g.files(t)["s.csv"])
}

func TestBlockIDs(t *testing.T) {
	g := newRig(t, Limits{})
	wantCode(t, g.block(t, "s.csv", "aa", "x"), 201, "")
	a := g.block(t, "s.csv", "b", "x")
	wantCode(t, a, 400, "InvalidBlobOrBlock")
	assert.Contains(t, a.body, "this one has 1 bytes, others that wait have 2")
	wantCode(t, g.block(t, "other.csv", "b", "x"), 201, "")
	wantCode(t, g.block(t, "s.csv", strings.Repeat("c", 64), "x"), 400, "InvalidBlobOrBlock")
	wantCode(t, g.block(t, "s.csv", strings.Repeat("c", 65), "x"), 400, "InvalidQueryParameterValue")
	for id, code := range map[string]string{"": "MissingRequiredQueryParameter", "%21": "InvalidQueryParameterValue",
		"a": "InvalidQueryParameterValue"} {
		wantCode(t, g.do(t, "PUT", box+"/s.csv?comp=block&blockid="+id+"&"+g.sas, "x"), 400, code)
	}
	wantCode(t, g.do(t, "PUT", box+"/s.csv?comp=block&blockid=YWE%3D&blockid=YWE%3D&"+g.sas, "x"), 400, "InvalidQueryParameterValue")
}

// Of two uploads of one file, block by block, one is refused or overwritten
// whole; they never mix.
func TestUploadsAtOnce(t *testing.T) {
	for range 20 {
		g := newRig(t, Limits{})
		var all sync.WaitGroup
		for _, who := range []string{"A", "B"} {
			all.Go(func() {
				for _, n := range []string{"1", "2", "3"} {
					g.block(t, "s.csv", who+n, who)
				}
				a := g.list(t, "s.csv", "Latest "+who+"1", "Latest "+who+"2", "Latest "+who+"3")
				if a.StatusCode != 201 {
					wantCode(t, a, 400, "InvalidBlockList")
				}
			})
		}
		all.Wait()
		assert.Contains(t, []string{"AAA", "BBB", ""}, g.files(t)["s.csv"], "none is there only where each took the other's blocks away")
	}
}

func TestGetBlockList(t *testing.T) {
	g := newRig(t, Limits{})
	get := func(kind string) answer {
		return g.do(t, "GET", box+"/s.csv?comp=blocklist&blocklisttype="+kind+"&"+g.may("r"), "")
	}
	wantCode(t, get("all"), 404, "BlobNotFound")
	g.block(t, "s.csv", "b", "two")
	g.block(t, "s.csv", "a", "four")
	const start = `<?xml version="1.0" encoding="utf-8"?><BlockList>`
	assert.Equal(t, start+
		`<UncommittedBlocks><Block><Name>YQ==</Name><Size>4</Size></Block><Block><Name>Yg==</Name><Size>3</Size></Block></UncommittedBlocks></BlockList>`, get("uncommitted").body)
	assert.Equal(t, start+`<CommittedBlocks></CommittedBlocks></BlockList>`, get("").body)
	g.list(t, "s.csv", "Latest b")
	g.block(t, "s.csv", "c", "x")
	a := get("all")
	assert.Equal(t, start+
		`<CommittedBlocks><Block><Name>Yg==</Name><Size>3</Size></Block></CommittedBlocks><UncommittedBlocks><Block><Name>Yw==</Name><Size>1</Size></Block></UncommittedBlocks></BlockList>`, a.body)
	assert.Equal(t, "3", a.Header.Get("X-Ms-Blob-Content-Length"))
	assert.NotEmpty(t, a.Header.Get("Etag"))
	wantCode(t, get("some"), 400, "InvalidQueryParameterValue")
}

func TestParseBlockList(t *testing.T) {
	for text, code := range map[string]string{
		"<BlockList/>": "",
		"\ufeff<?xml version='1.0' encoding='UTF-8'?><!-- c --><BlockList>\n  <Latest>YQ==</Latest>\n</BlockList>\n": "",
		"<BlockList><Latest> YQ== </Latest></BlockList>":                                                             "",
		"<BlockList><Latest><![CDATA[YQ==]]></Latest></BlockList>":                                                   "",
		"":                            "InvalidXmlDocument",
		"{}":                          "InvalidXmlDocument",
		"<BlockList>":                 "InvalidXmlDocument",
		"<Blocks/>":                   "InvalidXmlDocument",
		"<BlockList/><BlockList/>":    "InvalidXmlDocument",
		"<BlockList/>more":            "InvalidXmlDocument",
		"<BlockList>text</BlockList>": "InvalidXmlDocument",
		"<BlockList><Newest>YQ==</Newest></BlockList>":                               "InvalidXmlDocument",
		"<BlockList><Latest><b/></Latest></BlockList>":                               "InvalidXmlDocument",
		"<BlockList><Latest>YQ==</Committed>":                                        "InvalidXmlDocument",
		"<!DOCTYPE x [<!ENTITY a 'b'>]><BlockList/>":                                 "InvalidXmlDocument",
		"<BlockList><Latest>&a;</Latest></BlockList>":                                "InvalidXmlDocument",
		"<?xml version='1.0' encoding='utf-16'?><x/>":                                "InvalidXmlDocument",
		"<BlockList><Latest></Latest></BlockList>":                                   "InvalidBlockId",
		"<BlockList><Latest>not it</Latest></BlockList>":                             "InvalidBlockId",
		listXML("Latest " + strings.Repeat("a", 65)):                                 "InvalidBlockId",
		listXML(strings.Split(strings.Repeat(",Latest a", maxListed+1)[1:], ",")...): "BlockListTooLong",
	} {
		list, err := parseBlockList(strings.NewReader(text))
		if code == "" {
			assert.NoError(t, err, text)
			continue
		}
		assert.Nil(t, list)
		if assert.ErrorAs(t, err, new(problem), text) {
			assert.Equal(t, code, err.(problem).code, text)
		}
	}
}

// Blocks that wait go with the SAS that brought them; newer ones stay.
func TestSweep(t *testing.T) {
	g := newRig(t, Limits{})
	g.block(t, "s.csv", "a", "x")
	g.advance(30 * time.Minute)
	_, later, _ := strings.Cut(g.store.UploadURL("", box, g.now), "?")
	g.do(t, "PUT", box+"/s.csv?comp=block&blockid=Yg%3D%3D&"+later, "y")
	one := g.store.Used() / 2
	g.advance(30*time.Minute - 2*time.Second)
	g.store.Sweep(g.now)
	assert.Equal(t, 2*one, g.store.Used())
	g.advance(2 * time.Second)
	g.store.Sweep(g.now)
	assert.Equal(t, one, g.store.Used())
	wantCode(t, g.do(t, "PUT", box+"/s.csv?comp=blocklist&"+later, listXML("Latest a", "Latest b")), 400, "InvalidBlockList")
	wantCode(t, g.do(t, "PUT", box+"/s.csv?comp=blocklist&"+later, listXML("Latest b")), 201, "")
	g.do(t, "PUT", box+"/s.csv?comp=block&blockid=Yg%3D%3D&"+later, "y")
	g.advance(time.Hour)
	g.put(t, "any.csv", "") // a request sweeps too
	assert.Equal(t, map[string]string{"s.csv": "y"}, g.files(t))
	assert.Empty(t, g.store.Save().Containers[0].Uncommitted)
}

func TestTooManyBlocks(t *testing.T) {
	s := NewStore(nil, Limits{})
	c := s.create(box)
	st := &staging{map[string]staged{}, 4}
	c.staged["a"] = st
	for i := range maxUncommitted {
		st.blocks[string([]byte{byte(i), byte(i >> 8), byte(i >> 16), 0})] = staged{}
	}
	assert.Equal(t, "BlockCountExceedsLimit", s.stage(c, "a", "new.", staged{}).(problem).code)
	assert.NoError(t, s.stage(c, "a", string([]byte{0, 0, 0, 0}), staged{}), "one again")
}
