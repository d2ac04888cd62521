package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/tidwall/gjson"
)

// graphMethods are what "world graph" takes.
var graphMethods = []string{http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodPut, http.MethodDelete}

func newWorldGraph(client *controlClient) *cobra.Command {
	return &cobra.Command{
		Use: "graph METHOD PATH [JSON|-]", Short: "Call Graph as another app would",
		Long: `graph makes a call of Graph in the world as another app would: to arrange what a
client is to find, to act as somebody else, and to look at what a client has left.
It needs no token, no fault or throttle strikes it, and the journal does not tell of
it. Beyond what a client may, it sets what only the service sets.

PATH is one of v1.0, or begins with the version. JSON is the body; a dash (-) reads it
from standard input.`,
		Example: `  graphemu world graph GET 'users?$select=displayName'
  graphemu world graph PATCH users/ann@contoso.edu '{"accountEnabled":false}'
  graphemu world graph POST beta/groups - < group.json`,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case len(args) < 2 || len(args) > 3:
				return fmt.Errorf("graph takes a method, a path and at most one body: graphemu world graph GET users")
			case !slices.Contains(graphMethods, strings.ToUpper(args[0])):
				return fmt.Errorf("%q is no method of Graph: want one of %s", args[0], strings.Join(graphMethods, ", "))
			}
			return nil
		},
		ValidArgsFunction: first(words(graphMethods...)),
		RunE:              func(c *cobra.Command, args []string) error { return client.graph(c, args) },
	}
}

// maxGraphBody is far more than a server takes by default.
const maxGraphBody = 64 << 20

func (c *controlClient) graph(cmd *cobra.Command, args []string) error {
	path := strings.TrimLeft(args[1], "/")
	if version, _, _ := strings.Cut(path, "/"); version != "beta" && version != "v1.0" {
		path = "v1.0/" + path
	}
	u, err := url.Parse(c.base + c.of("graph") + "/" + strings.ReplaceAll(path, " ", "%20"))
	if err != nil {
		return fmt.Errorf("%q is no path", args[1])
	}
	var body io.Reader
	switch {
	case len(args) == 3 && args[2] == "-":
		body = io.LimitReader(c.env.in, maxGraphBody)
	case len(args) == 3:
		body = strings.NewReader(args[2])
	}
	if err := c.expectWorld(cmd.Context(), strings.ToUpper(args[0])); err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(cmd.Context(), strings.ToUpper(args[0]), u.String(), body)
	if err != nil {
		return err
	}
	if body != nil {
		r.Header.Set("Content-Type", mediaJSON)
	}
	a, err := c.http.Do(r)
	if err != nil {
		return failure{c.unreachable(err)}
	}
	defer a.Body.Close()
	text, err := io.ReadAll(io.LimitReader(a.Body, maxAnswer))
	if err != nil {
		return failure{fmt.Errorf("the answer of %s broke off: %w", c.base, err)}
	}
	if a.StatusCode/100 != 2 {
		return failure{graphError(a.Status, text)}
	}
	if len(text) > 0 {
		_, err = fmt.Fprintln(c.env.out, strings.TrimRight(string(text), "\n"))
	}
	return err
}

// graphError is an error of Graph's, or a problem of the control API, in words for
// people.
func graphError(status string, text []byte) error {
	if !json.Valid(text) {
		return fmt.Errorf("the answer is %s", status)
	}
	e := gjson.ParseBytes(text)
	if detail := e.Get("detail"); detail.Exists() {
		return fmt.Errorf("%s", detail)
	}
	words := fmt.Sprintf("%s %s: %s", status, e.Get("error.code"), e.Get("error.message"))
	for _, help := range e.Get("error.details.#.message").Array() {
		words += "\n  " + help.Str
	}
	return fmt.Errorf("%s", words)
}
