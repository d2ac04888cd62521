package apierror

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/operation"
	text "github.com/graphemu/graphemu/emulator/internal/words"
)

// Instead is an answer that a fault can give to a call that is not emulated. The zero
// value is 200 with an empty object, which is what most clients can read.
type Instead struct {
	Status int    // 0: 200
	Body   string // JSON; "": "{}" with 200 and 201, and none with another status
}

// Fault is the fault that answers calls of an operation so, as JSON.
func (i Instead) Fault(operation string) string {
	return fmt.Sprintf(`{"operation":%s,"respond":%s}`, Quoted(operation), i.respond())
}

func (i Instead) respond() string {
	status := cmp.Or(i.Status, 200)
	body := i.Body
	if body == "" && (status == 200 || status == 201) {
		body = "{}"
	}
	if body == "" {
		return fmt.Sprintf(`{"status":%d}`, status)
	}
	return fmt.Sprintf(`{"status":%d,"body":%s}`, status, body)
}

// defaultWorld is the world of commands that name none.
const defaultWorld = "default"

// InWorld is a command with the flag for a world, unless it is the one without.
func InWorld(command, flag, world string) string {
	if world == "" || world == defaultWorld {
		return command
	}
	return command + " " + flag + " " + text.Shell(world)
}

// AnswerInstead adds the command by which a test gets such an answer: whole, and quoted
// for a shell whatever stands in the path. It adds nothing where no fault can name the path.
func (e *Error) AnswerInstead(world, method, path string, i Instead) *Error {
	called := method + " " + path
	if operation.Wrong(called, nil) != "" {
		return e
	}
	return e.Help("unsupported", "", "a fault can answer it, which may stand in faults of a scenario too: %s %s",
		InWorld("graphemu world faults add", "--world", world), text.Shell(i.Fault(called)))
}

// Quoted is a text as JSON, in which &, < and > stand as they are.
func Quoted(s string) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(s); err != nil {
		return `""` // a string always encodes
	}
	return strings.TrimSpace(b.String())
}
