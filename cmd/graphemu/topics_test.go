package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// topicSources are the documents whose marked parts (<!-- help TOPIC --> to
// <!-- /help -->) are the topics, in the order in which a topic has them. more is where
// a topic's last line leads.
var topicSources = []string{".ci/clients/README.md", "emulator/README.md", "scenarios/README.md", "fixtures/README.md",
	"cmd/graphemu/README.md"}

var topicMore = map[string]string{
	"clients": ".ci/clients/README.md", "sign-in": ".ci/clients/README.md#sign-in", "proxy": ".ci/clients/README.md#the-proxy",
	"worlds": "emulator/README.md#control-api", "fixtures": "fixtures/README.md", "scenarios": "scenarios/README.md",
	"faults": "scenarios/README.md#faults", "time": "scenarios/README.md#time",
}

const (
	topicWidth = 100
	topicLines = 45
)

// The topics are what the READMEs say. To write them:
// go test ./cmd/graphemu -run TestTopicsAreTheReadmes -update
func TestTopicsAreTheReadmes(t *testing.T) {
	parts := map[string][]string{}
	for _, file := range topicSources {
		markedParts(t, file, parts)
	}
	for _, topic := range topics {
		require.NotEmpty(t, parts[topic.name], "no document has a part for the topic %s", topic.name)
		text := strings.ToUpper(topic.name[:1]) + topic.name[1:] + ": " + topic.short + ".\n"
		for _, part := range parts[topic.name] {
			text += "\n" + plainMarkdown(part, topicWidth)
		}
		text += "\nMore: https://github.com/graphemu/graphemu/blob/main/" + topicMore[topic.name] + "\n"
		file := filepath.Join("topics", topic.name+".txt")
		if *update {
			require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		}
		is, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.Equal(t, text, string(is), "%s is not what the READMEs say: run this test with -update", file)
		assert.LessOrEqual(t, strings.Count(text, "\n"), topicLines, "lines of the topic %s", topic.name)
		for line := range strings.Lines(text) {
			assert.LessOrEqual(t, utf8.RuneCountInString(strings.TrimSuffix(line, "\n")), topicWidth, "%s: %s", file, line)
		}
		delete(parts, topic.name)
	}
	assert.Empty(t, parts, "parts of topics that there are not")
	files, err := filepath.Glob("topics/*")
	require.NoError(t, err)
	assert.Len(t, files, len(topics), "files in topics")
}

// No topic is hidden behind a command of its name.
func TestTopicsAreNoCommands(t *testing.T) {
	for _, c := range commandTree().Commands() {
		assert.False(t, slices.Contains(topicNames(), c.Name()), c.Name())
	}
}

func markedParts(t *testing.T, file string, parts map[string][]string) {
	text, err := os.ReadFile(filepath.Join(top, file))
	require.NoError(t, err)
	topic, part := "", ""
	for line := range strings.Lines(string(text)) {
		begin, isBegin := strings.CutPrefix(line, "<!-- help ")
		switch {
		case isBegin:
			require.Empty(t, topic, "%s: a part in another: %s", file, line)
			topic, part = strings.TrimSuffix(strings.TrimSpace(begin), " -->"), ""
		case line == "<!-- /help -->\n":
			require.NotEmpty(t, topic, "%s: the end of no part", file)
			parts[topic] = append(parts[topic], part)
			topic = ""
		default:
			part += line
		}
	}
	require.Empty(t, topic, "%s: a part does not end", file)
}

var (
	linkTo   = regexp.MustCompile(`\[([^\]]+)\]\([^)]+\)`)
	listItem = regexp.MustCompile(`^(?:- |\d+\. )`)
	emphasis = regexp.MustCompile(`\*+([^*]+)\*+`)
)

// plainMarkdown is Markdown for a terminal: paragraphs and lists are filled, tables
// are columns, links are their words.
func plainMarkdown(text string, width int) string {
	var b strings.Builder
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for i := 0; i < len(lines); {
		switch line := lines[i]; {
		case strings.HasPrefix(line, "|"):
			var rows [][]string
			for ; i < len(lines) && strings.HasPrefix(lines[i], "|"); i++ {
				if cells := strings.Split(strings.Trim(lines[i], "| "), "|"); !strings.HasPrefix(lines[i], "|---") &&
					strings.Trim(lines[i], "| ") != "" {
					rows = append(rows, cells)
				}
			}
			b.WriteString(columns(rows, width))
		case strings.HasPrefix(line, "```"):
			for i++; !strings.HasPrefix(lines[i], "```"); i++ {
				b.WriteString("  " + lines[i] + "\n")
			}
			i++
		case strings.TrimSpace(line) == "":
			b.WriteString("\n")
			i++
		default: // a paragraph, or an item of a list
			mark := listItem.FindString(line)
			words := strings.TrimPrefix(line, mark)
			for i++; i < len(lines) && strings.TrimSpace(lines[i]) != "" && !listItem.MatchString(lines[i]); i++ {
				words += " " + lines[i]
			}
			b.WriteString(filled(mark, strings.Repeat(" ", len(mark)), plainWords(words, false), width))
		}
	}
	return b.String()
}

// plainWords is a text of Markdown without its marks. Code of several words is in
// quotes, as commands are in the help of commands, unless it fills a cell of a table.
func plainWords(text string, isCell bool) string {
	text = strings.NewReplacer("**`", "`", "`**", "`").Replace(linkTo.ReplaceAllString(text, "$1"))
	var b strings.Builder
	for i, piece := range strings.Split(text, "`") {
		switch isCode := i%2 == 1; {
		case isCode && !isCell && strings.Contains(piece, " ") && !strings.Contains(piece, `"`):
			b.WriteString(`"` + piece + `"`)
		case isCode:
			b.WriteString(piece)
		default:
			b.WriteString(emphasis.ReplaceAllString(piece, "$1"))
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// columns writes a table of two columns or more; the last one is filled.
func columns(rows [][]string, width int) string {
	wide := make([]int, len(rows[0]))
	for _, row := range rows {
		for i := range row {
			row[i] = plainWords(row[i], i == 0)
			wide[i] = max(wide[i], utf8.RuneCountInString(row[i]))
		}
	}
	const widest = 42 // a column; what is longer stands on a line of its own
	var b strings.Builder
	for _, row := range rows {
		lead := ""
		for i, cell := range row[:len(row)-1] {
			lead += fmt.Sprintf("  %-*s", min(wide[i], widest), cell)
		}
		hang := 2 * (len(row) - 1)
		for _, w := range wide[:len(row)-1] {
			hang += min(w, widest)
		}
		indent := strings.Repeat(" ", hang+2)
		if utf8.RuneCountInString(lead) > hang {
			b.WriteString(filled("  ", "    ", row[0], width))
			lead = indent[2:]
		}
		b.WriteString(filled(lead+"  ", indent, row[len(row)-1], width))
	}
	return b.String()
}

// filled breaks words into lines.
func filled(first, next, text string, width int) string {
	var b strings.Builder
	line := first
	empty := true
	for word := range strings.FieldsSeq(text) {
		if !empty && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			b.WriteString(line + "\n")
			line, empty = next, true
		}
		if !empty {
			line += " "
		}
		line, empty = line+word, false
	}
	return b.String() + strings.TrimRight(line, " ") + "\n"
}
