package document

import (
	"io"
	"strings"

	"github.com/goccy/go-yaml/scanner"
	"github.com/goccy/go-yaml/token"

	"github.com/graphemu/graphemu/emulator/internal/words"
)

// screen scans YAML, without recursion, and refuses what the parser must not be
// given: too much of anything, and what a scenario has no use for. JSON has no
// more levels than brackets, and quotes what else could be costly.
func screen(text string, isJSON bool) (token.Tokens, error) {
	most := maxTokens
	if isJSON {
		most = 4 * maxNodes // a name, a colon, a value and a comma
	} else if i := strings.Index(text, strings.Repeat("<", maxAngles+1)); i >= 0 {
		return nil, wrong(Position{strings.Count(text[:i], "\n") + 1, 1}, "more than %d < in a row", maxAngles)
	}
	var s scanner.Scanner
	s.Init(text)
	var list token.Tokens
	for {
		some, err := s.Scan()
		for _, t := range some {
			if t.Type == token.InvalidType {
				return nil, wrong(standing(t), "no YAML: %s", t.Error)
			}
			if t.Type != token.CommentType {
				list.Add(t)
			}
		}
		if len(list) > most {
			return nil, wrong(standing(list[most]), "the file is too large: more than %d words and signs", most)
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, wrong(Position{}, "no YAML: %v", err)
		}
	}
	return list, (&screening{list: list}).run()
}

// screening follows the nesting of tokens.
type screening struct {
	list    token.Tokens
	flow    int     // how many [ and { are open
	blocks  []block // block collections that are open, each further right than the one before
	anchors int
}

type block struct{ column, keys int }

func (s *screening) run() error {
	begun, ended := false, false
	for i, t := range s.list {
		at := standing(t)
		if t.Type != token.DocumentHeaderType && t.Type != token.DocumentEndType && ended ||
			t.Type == token.DocumentHeaderType && (begun || ended) {
			return wrong(at, "the file holds several documents; it may have one")
		}
		begun = true
		switch t.Type {
		case token.TagType:
			return wrong(at, "tags are not read; quote the value where it must be text, and leave %s out", words.Quote(t.Value))
		case token.DirectiveType:
			return wrong(at, "directives are not read; leave the line out")
		case token.DocumentEndType:
			ended = true
		case token.AnchorType:
			if s.anchors++; s.anchors > maxAnchors {
				return wrong(at, "more than %d anchors", maxAnchors)
			}
		case token.MappingStartType, token.SequenceStartType:
			s.flow++
		case token.MappingEndType, token.SequenceEndType:
			s.flow = max(s.flow-1, 0)
		default:
			if err := s.block(i, t, at); err != nil {
				return err
			}
		}
		if s.flow+len(s.blocks) > maxDepth {
			return wrong(at, "more than %d levels of nesting", maxDepth)
		}
	}
	return nil
}

// block notes that a block collection is opened, gone on with, or closed.
func (s *screening) block(i int, t *token.Token, at Position) error {
	isKey := i+1 < len(s.list) && s.list[i+1].Type == token.MappingValueType
	if s.flow > 0 || !isKey && t.Type != token.SequenceEntryType && t.Type != token.MappingKeyType {
		return nil
	}
	for len(s.blocks) > 0 && s.blocks[len(s.blocks)-1].column > at.Column {
		s.blocks = s.blocks[:len(s.blocks)-1]
	}
	if len(s.blocks) == 0 || s.blocks[len(s.blocks)-1].column < at.Column {
		s.blocks = append(s.blocks, block{column: at.Column})
	}
	if top := &s.blocks[len(s.blocks)-1]; t.Type != token.SequenceEntryType {
		if top.keys++; top.keys > maxKeys {
			return wrong(at, "more than %d names in one mapping", maxKeys)
		}
	}
	return nil
}
