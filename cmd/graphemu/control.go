package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"syscall"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/spf13/pflag"

	"github.com/graphemu/graphemu/emulator/files"
)

// defaultControlURL is where "graphemu serve" has its control API.
const defaultControlURL = "http://localhost:9400" + controlPath

// maxAnswer bounds what is read of an answer that is kept in memory.
const maxAnswer = 64 << 20

// controlClient calls the control API of a running server.
type controlClient struct {
	env    environment
	url    string // as it was given
	world  string
	chosen bool // the world was named
	named  bool // by the flag

	base string // the URL made whole; it ends in a slash
	http *http.Client
}

func (c *controlClient) register(fl *pflag.FlagSet) {
	fl.SortFlags = false
	fl.StringVar(&c.url, "url", "", "`URL` of the control API (default GRAPHEMU_CONTROL_URL, else "+defaultControlURL+")")
	fl.StringVar(&c.world, "world", "", "`name` or tenant id of the world (default GRAPHEMU_WORLD, else default)")
}

// open completes the client from flags and variables. It errs where one of them
// is wrong.
func (c *controlClient) open() error {
	variable := func(name string) string {
		value, _ := c.env.lookup(name)
		return value
	}
	given := cmp.Or(c.url, variable("GRAPHEMU_CONTROL_URL"), defaultControlURL)
	c.named = c.world != ""
	c.world = cmp.Or(c.world, variable("GRAPHEMU_WORLD"))
	c.chosen = c.world != ""
	c.world = cmp.Or(c.world, "default")
	u, err := url.Parse(given)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return fmt.Errorf("%q is no control API: want a URL like %s", given, defaultControlURL)
	}
	switch strings.TrimRight(u.Path, "/") {
	case "", "/beta", strings.TrimRight(controlPath, "/"):
		u.Path = controlPath
	default:
		return fmt.Errorf("%q is no control API: its path is %s, as in %s", given, controlPath, defaultControlURL)
	}
	c.base = u.String()
	// No proxy: the server is at hand, and the variables of a proxy may well
	// speak of the one that a client under test is led through.
	t := &http.Transport{DialContext: (&net.Dialer{Timeout: 10 * time.Second}).DialContext, DisableKeepAlives: true}
	if u.Scheme == "https" {
		if t.TLSClientConfig, err = c.trust(variable("GRAPHEMU_CA")); err != nil {
			return err
		}
	}
	c.http = &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return nil
}

// trust makes the client trust the CA in file, or that of the data folder.
func (c *controlClient) trust(file string) (*tls.Config, error) {
	named := file != ""
	if dir := defaultDataDir(c.env); !named && dir != "" {
		file = filepath.Join(dir, "ca.pem")
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool() // a system without roots
	}
	pem, err := files.Read(file, maxRoots)
	if ok := pool.AppendCertsFromPEM(pem); named && !ok {
		if err == nil {
			err = errors.New("there is no certificate in it")
		}
		return nil, fmt.Errorf("GRAPHEMU_CA=%s: %w", file, plain(err))
	}
	return &tls.Config{RootCAs: pool}, nil
}

// of returns the path of a part of the world, as of("journal", "7").
func (c *controlClient) of(parts ...string) string {
	path := "worlds/" + url.PathEscape(c.world)
	for _, p := range parts {
		path += "/" + url.PathEscape(p)
	}
	return path
}

// do sends a request and returns an answer of which the status is a success;
// its body is the caller's to close. It errs, in words for people, where nobody
// answers or the answer is a problem.
func (c *controlClient) do(ctx context.Context, method, path, accept string, body io.Reader) (*http.Response, error) {
	if strings.HasPrefix(path, "worlds/") {
		if err := c.expectWorld(ctx, method); err != nil {
			return nil, err
		}
	}
	r, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept", accept)
	a, err := c.http.Do(r)
	if err != nil {
		return nil, failure{c.unreachable(err)}
	}
	if a.StatusCode/100 == 2 {
		return a, nil
	}
	defer a.Body.Close()
	return nil, failure{c.refusal(a)}
}

// expectWorld looks whether the world of --world is there. A command that looks or takes away
// makes none: a misspelled name is an error. One that sets something makes it, and says so on
// standard error: a test may arrange a world before its client calls.
func (c *controlClient) expectWorld(ctx context.Context, method string) error {
	if !c.named || c.world == "default" {
		return nil
	}
	c.named = false // it was looked at
	var a struct{ Worlds []worldView }
	if err := c.call(ctx, http.MethodGet, "worlds", nil, &a); err != nil {
		return err
	}
	var known []string
	for _, w := range a.Worlds {
		if w.Name == c.world || strings.EqualFold(w.Tenant, c.world) {
			return nil
		}
		known = append(known, w.Name)
	}
	if method != http.MethodGet && method != http.MethodDelete {
		_, err := fmt.Fprintf(c.env.errOut, "the world %s was not there: it is made\n", c.world)
		return err
	}
	there := "none was used yet"
	if len(known) > 0 {
		there = "there are " + strings.Join(known, ", ")
	}
	return failure{fmt.Errorf("there is no world %s; %s", c.world, there)}
}

// unreachable says where the client looked, what happened, and what to do.
func (c *controlClient) unreachable(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err
	}
	if e, ok := errors.AsType[*net.OpError](err); ok {
		err = e.Err
	}
	var unknown x509.UnknownAuthorityError
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		err = errors.New("connection refused")
	case errors.As(err, &unknown):
		return fmt.Errorf("the certificate of %s is not trusted; name the server's CA in GRAPHEMU_CA "+
			"(its file, or what GET %sca.pem on plain HTTP returns)", c.base, controlPath)
	}
	return fmt.Errorf("no graphemu answers at %s: %w\nStart one with \"graphemu serve\", "+
		"or name another with --url or GRAPHEMU_CONTROL_URL", c.base, err)
}

// refusal makes an error of a problem document (RFC 9457).
func (c *controlClient) refusal(a *http.Response) error {
	b, err := io.ReadAll(io.LimitReader(a.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("the answer of %s broke off: %w", c.base, err)
	}
	var p struct{ Title, Detail string }
	media, _, _ := mime.ParseMediaType(a.Header.Get("Content-Type"))
	if media != "application/problem+json" || json.Unmarshal(b, &p) != nil {
		return fmt.Errorf("%s is no control API of graphemu: it answers %s", c.base, a.Status)
	}
	title := strings.ToLower(p.Title[:min(1, len(p.Title))]) + p.Title[min(1, len(p.Title)):]
	switch first, _ := utf8.DecodeRuneInString(p.Detail); {
	case strings.Contains(p.Detail, "\n"):
		return fmt.Errorf("%s:\n  %s", title, strings.ReplaceAll(p.Detail, "\n", "\n  "))
	case unicode.IsUpper(first):
		return errors.New(p.Detail) // a sentence that needs no title
	}
	return fmt.Errorf("%s: %s", title, p.Detail)
}

// call sends in, if there is one, as JSON, and reads the answer into out, if
// there is one.
func (c *controlClient) call(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	a, err := c.do(ctx, method, path, "application/json", body)
	if err != nil {
		return err
	}
	defer a.Body.Close()
	if out == nil {
		return nil
	}
	b, err := io.ReadAll(io.LimitReader(a.Body, maxAnswer))
	if err == nil {
		err = json.Unmarshal(b, out)
	}
	if err != nil {
		return failure{fmt.Errorf("cannot read what %s%s answers: %w", c.base, path, err)}
	}
	return nil
}

// copy writes the answer to a GET out as it comes.
func (c *controlClient) copy(ctx context.Context, path, accept string, out io.Writer) error {
	a, err := c.do(ctx, http.MethodGet, path, accept, nil)
	if err != nil {
		return err
	}
	defer a.Body.Close()
	if _, err := io.Copy(out, a.Body); err != nil {
		return failure{fmt.Errorf("the answer of %s%s broke off: %w", c.base, path, err)}
	}
	return nil
}
