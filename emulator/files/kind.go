package files

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"math"
)

// Kind is what a program writes and may replace: a file whose beginning tells that it is
// one of them. Somebody's README or source is none, whatever its name.
type Kind struct {
	Name  string   // for people, as "report of graphemu"
	Marks []string // such a file begins with the first, which may be empty; the others follow in its first 4 KiB, in this order
}

// kindHead is how much of a file tells its kind.
const kindHead = 4 << 10

// ErrOtherKind is what the errors of Kind.Check wrap where a file is of another kind.
var ErrOtherKind = errors.New("file of another kind")

// Check errs where a file is at path that is not of the kind, or that is no regular one,
// or cannot be read. One that is empty, as mktemp makes it, is nobody's loss.
func (k Kind) Check(path string) error {
	f, size, err := Open(path, math.MaxInt64)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	head, err := io.ReadAll(io.LimitReader(f, kindHead))
	if err != nil || size == 0 {
		return err
	}
	for i, mark := range k.Marks {
		at := bytes.Index(head, []byte(mark))
		if at < 0 || i == 0 && at > 0 { // a text that speaks of such files has the marks as well
			return otherKind(k.Name)
		}
		head = head[at+len(mark):]
	}
	return nil
}

// otherKind is ErrOtherKind in words for people.
type otherKind string

func (e otherKind) Error() string {
	return "the file there is no " + string(e) + ", and was left as it is; name another, or remove it"
}

func (e otherKind) Is(target error) bool { return target == ErrOtherKind }
