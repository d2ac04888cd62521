package har

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// MaxSize is how many bytes an archive that is read may have. Chosen: an hour of a
// browser's work has a tenth of it.
const MaxSize = 256 << 20

// Read calls take with each entry of an archive, which are counted from 1, in the order
// of the file. It errs where r is no archive, says where, and with what take errs with.
func Read(r io.Reader, take func(n int, e Entry) error) error {
	d := json.NewDecoder(r)
	found, err := member(d, "", "log", "an archive is an object with a member log", func() error { return log(d, take) })
	if err != nil {
		return err
	}
	if !found {
		return errors.New("it is no HTTP archive: there is no member log")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("at byte %d: something follows the archive", d.InputOffset())
	}
	return nil
}

// log reads the member log.
func log(d *json.Decoder, take func(int, Entry) error) error {
	found, err := member(d, "/log", "entries", "/log is an object", func() error { return list(d, take) })
	if err == nil && !found {
		return errors.New("it is no HTTP archive: /log has no member entries")
	}
	return err
}

// list reads the entries, one after the other.
func list(d *json.Decoder, take func(int, Entry) error) error {
	if err := open(d, '[', "/log/entries is an array"); err != nil {
		return err
	}
	for n := 1; d.More(); n++ {
		var e Entry
		if err := d.Decode(&e); err != nil {
			return fmt.Errorf("/log/entries/%d: %w", n-1, broken(d, err))
		}
		if err := take(n, e); err != nil {
			return fmt.Errorf("/log/entries/%d: %w", n-1, err)
		}
	}
	return end(d)
}

// member reads an object at a place and leaves the value of the member name, which may
// be there once, to read. Other members are skipped. what says what the place should have.
func member(d *json.Decoder, place, name, what string, read func() error) (found bool, err error) {
	if err := open(d, '{', what); err != nil {
		return false, err
	}
	for d.More() {
		t, err := d.Token()
		switch {
		case err != nil:
			return found, broken(d, err)
		case t != name:
			err = skip(d)
		case found:
			err = fmt.Errorf("%s/%s: it is there twice", place, name)
		default:
			found, err = true, read()
		}
		if err != nil {
			return found, err
		}
	}
	return found, end(d)
}

// end reads the end of an object or an array.
func end(d *json.Decoder) error {
	if _, err := d.Token(); err != nil {
		return broken(d, err)
	}
	return nil
}

func open(d *json.Decoder, want json.Delim, what string) error {
	t, err := d.Token()
	if err != nil {
		return broken(d, err)
	}
	if t != want {
		return fmt.Errorf("it is no HTTP archive: %s", what)
	}
	return nil
}

func skip(d *json.Decoder) error {
	var ignored json.RawMessage
	if err := d.Decode(&ignored); err != nil {
		return broken(d, err)
	}
	return nil
}

// broken says in words what is wrong with the JSON, and where.
func broken(d *json.Decoder, err error) error {
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("it is cut off at byte %d", d.InputOffset())
	case errors.As(err, &wrong):
		return fmt.Errorf("%s is %s, and not of the kind that HAR 1.2 has there", wrong.Field, wrong.Value)
	}
	return fmt.Errorf("at byte %d: it is no JSON: %w", d.InputOffset(), err)
}
