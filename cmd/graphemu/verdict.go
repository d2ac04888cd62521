package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strconv"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/journal"
)

// judge writes how the clients of a server did: to out for people, and to the
// file junit, if there is one, for CI. verify is the value of --verify: where it is
// off, all is good; offered is for a scenario that nobody named, interrupted for clients that
// were ended. It returns the verdict,
// and errs where the file cannot be written.
func judge(s *emulator.Server, verify string, offered, interrupted bool, junit string, out io.Writer) (v journal.Verdict, err error) {
	if verify == emulator.VerifyOff {
		return journal.Verdict{OK: true, Summary: "not verified: --verify off"}, nil
	}
	if v = s.Verify(); offered {
		v = v.Offered()
	}
	if interrupted {
		v = v.Interrupted()
	}
	if err := v.WriteText(out); err != nil {
		return v, err
	}
	if junit != "" {
		err = outputJUnit.write(junit, v.WriteJUnit)
	}
	return v, err
}

// verdict asks a running server how its clients did. path is that of one world's
// verdict, or of all.
func (c *controlClient) verdict(ctx context.Context, path string, strict bool) (journal.Verdict, error) {
	var v journal.Verdict
	err := c.call(ctx, http.MethodGet, path+"?strict="+strconv.FormatBool(strict), nil, &v)
	if late, ok := err.(failure); ok {
		err = late.error // exit code 2: 1 is for clients that did not do as expected
	}
	return v, err
}

// tell prints a verdict, and errs with exit 1 where it is not good. What keeps it from
// being told has another exit code: nobody takes it for a verdict.
func tell(v journal.Verdict, asJSON bool, junit string, out io.Writer) error {
	write := v.WriteText
	if asJSON {
		write = func(w io.Writer) error {
			e := json.NewEncoder(w)
			e.SetEscapeHTML(false)
			e.SetIndent("", "  ")
			return e.Encode(v)
		}
	}
	err := write(out)
	if err == nil && junit != "" {
		err = outputJUnit.write(junit, v.WriteJUnit)
	}
	switch {
	case err != nil:
		return err
	case !v.OK:
		return exit{code: exitFailure}
	}
	return nil
}
