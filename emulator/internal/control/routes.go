package control

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/gorilla/mux"

	"github.com/graphemu/graphemu/emulator/internal/ui"
	"github.com/graphemu/graphemu/emulator/internal/urlpath"
	"github.com/graphemu/graphemu/emulator/internal/words"
)

// handler answers a call: with a value, which becomes JSON, with one of the
// answers of answer.go, or with an error, which becomes a problem.
type handler func(*http.Request) (any, error)

// route is a row of the list of what there is.
type route struct {
	name, method, path string // the operationId in openapi.json, and a path under Prefix
	run                handler
}

// list is the one list of what there is. The router, the index and a test of
// openapi.json go by it.
func (c *Control) list() []route {
	const world = "worlds/{world}"
	return []route{
		{"index", "GET", "", c.index},
		{"ui", "GET", "ui/{asset}", c.asset},
		{"openapi", "GET", "openapi.json", c.openapi},
		{"openapi.graph", "GET", "openapi/{document}", c.graphOpenAPI},
		{"health", "GET", "health", c.health},
		{"metrics", "GET", "metrics", c.metrics},
		{"ca", "GET", "ca.pem", c.ca},
		{"schemas.list", "GET", "schemas/", c.schemas},
		{"schemas.get", "GET", "schemas/{file}", c.schema},
		{"scenarios.list", "GET", "scenarios", c.builtIns},
		{"scenarios.get", "GET", "scenarios/{scenario}", c.builtIn},
		{"verify", "GET", "verify", c.verifyAll},
		{"verify.forget", "DELETE", "verify", c.forgetAll},
		{"report", "GET", "report", c.reportAll},
		{"state.save", "POST", "state", c.saveState},
		{"keys.rotate", "POST", "keys/rotate", c.rotate},

		{"worlds.list", "GET", "worlds", c.worlds},
		{"worlds.delete", "DELETE", world, c.dropWorld},
		{"worlds.reset", "POST", world + "/reset", c.in(c.reset)},
		{"worlds.token", "POST", world + "/token", c.in(c.token)},
		{"worlds.revoke", "POST", world + "/revoke", c.in(c.revoke)},
		{"worlds.device", "POST", world + "/device", c.in(c.approve)},
		{"worlds.clock.get", "GET", world + "/clock", c.at(c.clock)},
		{"worlds.clock.set", "POST", world + "/clock", c.in(c.setClock)},
		{"worlds.due", "GET", world + "/due", c.at(c.due)},
		{"worlds.state.get", "GET", world + "/state", c.at(c.state)},
		{"worlds.state.put", "PUT", world + "/state", c.in(c.putState)},
		{"worlds.scenario.get", "GET", world + "/scenario", c.at(c.scenario)},
		{"worlds.scenario.put", "PUT", world + "/scenario", c.in(c.putScenario)},
		{"worlds.scenario.delete", "DELETE", world + "/scenario", c.ifThere(c.dropScenario)},
		{"worlds.faults.list", "GET", world + "/faults", c.at(c.faults)},
		{"worlds.faults.add", "POST", world + "/faults", c.in(c.addFault)},
		{"worlds.faults.clear", "DELETE", world + "/faults", c.ifThere(c.clearFaults)},
		{"worlds.faults.remove", "DELETE", world + "/faults/{name}", c.at(c.removeFault)},
		{"worlds.journal.list", "GET", world + "/journal", c.at(c.journal)},
		{"worlds.journal.clear", "DELETE", world + "/journal", c.ifThere(c.clearJournal)},
		{"worlds.journal.get", "GET", world + "/journal/{id}", c.at(c.entry)},
		{"worlds.verify", "GET", world + "/verify", c.verifyOne},
		{"worlds.verify.forget", "DELETE", world + "/verify", c.forgetOne},
		{"worlds.report", "GET", world + "/report", c.at(c.report)},
		{"worlds.permissions", "GET", world + "/permissions", c.at(c.permissions)},
		{"worlds.profiles.verification", "GET", world + "/profiles/{id}/verification", c.at(c.verification)},
		{"worlds.graph.get", "GET", world + "/graph/{path}", c.at(c.graph)},
		{"worlds.graph.post", "POST", world + "/graph/{path}", c.in(c.graph)},
		{"worlds.graph.patch", "PATCH", world + "/graph/{path}", c.in(c.graph)},
		{"worlds.graph.put", "PUT", world + "/graph/{path}", c.in(c.graph)},
		{"worlds.graph.delete", "DELETE", world + "/graph/{path}", c.in(c.graph)},
		{"worlds.profiles.force", "POST", world + "/profiles/{id}/force", c.in(c.force)},
	}
}

// inSlash are the path variables that may hold a slash: whoever writes a
// scenario names its rules.
var inSlash = strings.NewReplacer("{name}", "{name:.+}", "{path}", "{path:.+}")

func (c *Control) routes() *mux.Router {
	router := mux.NewRouter().SkipClean(true) // paths are clean already, as they are for every surface
	var methods []string
	for _, route := range c.list() {
		allowed := []string{route.method}
		if route.method == http.MethodGet {
			allowed = append(allowed, http.MethodHead)
		}
		router.HandleFunc(urlpath.Clean(Prefix+inSlash.Replace(route.path)), func(w http.ResponseWriter, r *http.Request) {
			limit := c.MaxBody
			if route.name == "worlds.state.put" {
				limit = c.MaxState
			}
			r.Body = http.MaxBytesReader(w, r.Body, limit)
			v, err := route.run(r)
			if h, ok := v.(byHandler); ok && err == nil {
				w.Header().Set("Cache-Control", "no-store")
				h(w, r)
				return
			}
			c.answer(w, v, err)
		}).Methods(allowed...)
		methods = append(methods, allowed...)
	}
	slices.Sort(methods)
	methods = slices.Compact(methods)
	router.NotFoundHandler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.fail(w, problem(http.StatusNotFound, "Not found", "There is no %s. GET %s lists what there is.", r.URL.Path, Prefix))
	})
	router.MethodNotAllowedHandler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var allow []string
		for _, method := range methods {
			other := r.Clone(r.Context())
			other.Method = method
			if m := (mux.RouteMatch{}); router.Match(other, &m) && m.MatchErr == nil {
				allow = append(allow, method)
			}
		}
		w.Header().Set("Allow", strings.Join(allow, ", "))
		c.fail(w, problem(http.StatusMethodNotAllowed, "Method not allowed",
			"%s does not take %s. It takes %s.", r.URL.Path, r.Method, strings.Join(allow, ", ")))
	})
	return router
}

// asset is a file of that page.
func (c *Control) asset(r *http.Request) (any, error) {
	name := mux.Vars(r)["asset"]
	if open := ui.Open(name); open != nil {
		return byHandler(open), nil
	}
	return nil, problem(http.StatusNotFound, "No such file", "The page has no file %q.", name)
}

// at finds the world that the path names, for a handler that looks at it: none is made for
// that, so that a slip in a name is told.
func (c *Control) at(run func(World, *http.Request) (any, error)) handler {
	return func(r *http.Request) (any, error) {
		w, err := c.find(r)
		if err == nil && w == nil {
			err = c.noWorld(r)
		}
		if err != nil {
			return nil, err
		}
		return run(w, r)
	}
}

// ifThere is at, for a handler that takes away: where there is no world, nothing is left.
func (c *Control) ifThere(run func(World, *http.Request) (any, error)) handler {
	return func(r *http.Request) (any, error) {
		w, err := c.find(r)
		if err != nil {
			return nil, err
		}
		if w == nil {
			return nothing{}, nil
		}
		return run(w, r)
	}
}

// find returns the world that the path names, nil where there is none.
func (c *Control) find(r *http.Request) (World, error) {
	w, err := c.Server.Find(mux.Vars(r)["world"])
	if err != nil {
		return nil, asProblem(err, http.StatusBadRequest, "No such world")
	}
	return w, nil
}

// maxTold is how many worlds a problem names.
const maxTold = 10

// noWorld says that there is no such world, which there are, and what makes one.
func (c *Control) noWorld(r *http.Request) error {
	var names []string
	list := c.Server.Worlds()
	for _, w := range list[:min(len(list), maxTold)] {
		names = append(names, w.Name())
	}
	if more := len(list) - len(names); more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	there := "none was used yet"
	if len(names) > 0 {
		there = "there are " + words.Join(names, "and")
	}
	return problem(http.StatusNotFound, "No such world",
		"There is no world %s; %s. A world is made by the first call of a client that has its token, or by a control call that sets something.",
		mux.Vars(r)["world"], there)
}

// in finds the world that the path names, for a handler of one world; where there is none,
// it is made.
func (c *Control) in(run func(World, *http.Request) (any, error)) handler {
	return func(r *http.Request) (any, error) {
		w, err := c.Server.World(mux.Vars(r)["world"])
		if err != nil {
			return nil, asProblem(err, http.StatusBadRequest, "No such world")
		}
		return run(w, r)
	}
}

// index names everything that there is, but itself; a browser gets the page for people.
func (c *Control) index(r *http.Request) (any, error) {
	if prefers(r, mediaJSON, ui.MediaHTML) == ui.MediaHTML {
		return byHandler(c.page.Page), nil
	}
	var calls []string
	for _, route := range c.list() {
		if route.path != "" {
			calls = append(calls, route.method+" "+route.path)
		}
	}
	return map[string]any{
		"name":    "graphemu",
		"api":     "/beta/education/synchronizationProfiles",
		"openapi": Prefix + "openapi.json",
		"control": calls,
	}, nil
}
