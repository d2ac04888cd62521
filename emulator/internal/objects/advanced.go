package objects

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// The directory's rules of queries. Documented, where nothing else is said: Graph's page
// of advanced query capabilities, which a query has with the header ConsistencyLevel:
// eventual, and most with $count=true beside it. The variant directoryQueries lenient
// answers what the service refuses, and says so in the journal.

// Bounds. Observed: docs issue 21098 (branches); three sources of the page size.
const (
	maxBranches = 15
	maxDirTop   = 999
)

// endings are the properties that endsWith may look at.
var endings = []string{"mail", "otherMails", "proxyAddresses", "userPrincipalName"}

// eventual tells whether the client has asked for advanced queries.
func eventual(c *workload.Call) bool {
	return strings.EqualFold(c.Header.Get("ConsistencyLevel"), "eventual")
}

// unsupportedQuery is the code of most refusals.
func unsupportedQuery(format string, args ...any) *apierror.Error {
	e := workload.Refuse(format, args...)
	e.Code = "Request_UnsupportedQuery"
	return e
}

// allowed tells what the directory says to a query of a list; counting is set where the
// path ends in $count. The collection learns what of the query it leaves out.
func (e *Engine) allowed(c *workload.Call, l *list, col *workload.Collection, counting bool) error {
	if l.window {
		return within(c, col)
	}
	r := e.rules[l.typ.Name]
	if r == nil || c.Trusted || !r.Advanced && !r.SelectOnly {
		return nil
	}
	col.CountOnce = r.Advanced
	col.Uncounted = r.Advanced && strict(c) && !eventual(c) // observed: ignored without a word
	return decide(c, refusal(c, l, col.Type, r, counting))
}

// strict tells whether the directory's rules of queries are in force.
func strict(c *workload.Call) bool {
	return c.Scenario == nil || c.Scenario.Variants.Is("directoryQueries", "strict")
}

// decide is what comes of what the directory says to a query, by the variant; nil: it is answered.
func decide(c *workload.Call, refused *apierror.Error) error {
	switch {
	case refused == nil:
		return nil
	case strict(c):
		return refused
	}
	c.Advise("the directory refuses this query: " + refused.Message)
	return nil
}

// allowedOne tells what the directory says to a query of one object. Documented for $levels:
// it needs the header. (In 2021 the service answered without it: docs issue 11886.) The words
// are chosen, after those for $search.
func (e *Engine) allowedOne(c *workload.Call, t *odata.Type, o odata.Options) error {
	r := e.rulesOf(t)
	if r == nil || c.Trusted || !r.Advanced || eventual(c) || !levelled(o) {
		return nil
	}
	return decide(c, unsupportedQuery("Request with $levels in the $expand query parameter only works through MSGraph "+
		"with a special request header: 'ConsistencyLevel: eventual'"))
}

// levelled tells whether an expansion has $levels.
func levelled(o odata.Options) bool {
	return slices.ContainsFunc(o.Expand, func(item odata.ExpandItem) bool { return item.Levels > 0 || levelled(item.Options) })
}

// refusal is what the service says to a query; nil: it answers it.
func refusal(c *workload.Call, l *list, t *odata.Type, r *workload.Rules, counting bool) *apierror.Error {
	options, err := url.ParseQuery(c.Query)
	if err != nil {
		return nil // the parser of options says it better
	}
	given := func(name string) (string, bool) {
		for key, values := range options {
			if strings.EqualFold(strings.TrimPrefix(key, "$"), name) && len(values) > 0 {
				return values[0], true
			}
		}
		return "", false
	}
	if r.SelectOnly { // documented; the words are chosen
		for key := range options {
			if name := strings.ToLower(strings.TrimPrefix(key, "$")); name != "select" && name != "format" {
				return unsupportedQuery("The query option '$%s' is not supported by the resource.", name)
			}
		}
		return nil
	}
	advanced := eventual(c)
	if counting && !advanced {
		return workload.Refuse("$count is not currently supported.").Help("consistencyLevel", "ConsistencyLevel",
			"send the header ConsistencyLevel: eventual")
	}
	if _, ok := given("skip"); ok { // observed: docs issue 9279
		return workload.Refuse("'$skip' is not supported by the service.").Help("paging", "$skip", "follow @odata.nextLink")
	}
	if top, ok := given("top"); ok {
		n, err := strconv.Atoi(top)
		if (err == nil || errors.Is(err, strconv.ErrRange)) && (n < 1 || n > maxDirTop) {
			return unsupportedQuery("Invalid page size specified: '%s'. Must be between 1 and %d inclusive.", top, maxDirTop)
		}
	}
	if text, ok := given("search"); ok {
		if !advanced {
			return unsupportedQuery("Request with $search query parameter only works through MSGraph " +
				"with a special request header: 'ConsistencyLevel: eventual'")
		}
		if s, perr := odata.ParseSearch(text, l.queried()); perr == nil && s.Unsearched() != "" { // chosen words
			return unsupportedQuery("Search is not supported for property '%s'.", s.Unsearched()).
				Help("unsearched", "$search", "%s has no property of text of that name", l.queried().Qualified())
		}
	}
	if count, _ := given("count"); !strings.EqualFold(count, "true") && !counting {
		advanced = false // both are needed for what follows
	}
	if text, ok := given("select"); ok { // documented for skills, aboutMe and the like: other services have them
		if o, perr := odata.Parse("$select="+url.QueryEscape(text), t, odata.Allowed{Select: true}); perr == nil && text != "*" {
			if i := slices.IndexFunc(r.SingleOnly, o.Select.Shows); i >= 0 {
				e := workload.Refuse("This operation target is not yet supported.")
				e.Status, e.Code = http.StatusNotImplemented, "NotImplemented"
				return e.Help("singleOnly", "$select", "%s comes only with the address of one object: GET /%s/{id}?$select=%s", r.SingleOnly[i],
					r.Set, r.SingleOnly[i])
			}
		}
	}
	filter, _ := given("filter")
	f, perr := odata.ParseFilter(filter, t)
	if filter == "" || perr != nil {
		f = nil
	}
	if bad := filterRefusal(f, l, advanced); bad != nil {
		return bad
	}
	if text, ok := given("orderby"); ok {
		items, perr := odata.ParseOrderBy(text, t)
		if perr == nil {
			if bad := orderRefusal(items, f != nil, r, advanced); bad != nil {
				return bad
			}
		}
	}
	if text, ok := given("expand"); ok {
		o, perr := odata.Parse("$expand="+url.QueryEscape(text), t, odata.Allowed{Expand: true, MaxExpand: workload.MaxExpand})
		if perr == nil && len(o.Expand) > 1 { // observed in 2016
			return workload.Refuse("The result of parsing $expand contained at least %d items, but the maximum allowed is 1.",
				len(o.Expand))
		}
		if perr == nil && levelled(o) { // observed: docs issue 18615
			return unsupportedQuery("Transitive manager's list is only supported on a single user, send the $expand request on /users/{id} endpoint")
		}
	}
	return nil
}

// queried is the type that query options are about.
func (l *list) queried() *odata.Type {
	if l.cast != nil {
		return l.cast
	}
	return l.typ
}

// missingParameters is observed for endsWith.
func missingParameters(operator string) *apierror.Error {
	return unsupportedQuery("Operator '%s' is not supported because the required parameters might be missing. "+
		"Try adding $count=true query parameter and ConsistencyLevel:eventual header. "+
		"Refer to https://aka.ms/graph-docs/advanced-queries for more information", operator)
}

// clauseRefusal is observed for what no index has.
func clauseRefusal(l *list, property string) *apierror.Error {
	return unsupportedQuery("Unsupported or invalid query filter clause specified for property '%s' of resource '%s'.", property,
		apierror.ResourceName(l.queried().Name))
}

// basic are the operators of plain queries, and spelling the service's for others.
var (
	basic    = []string{"eq", "in", "and", "or", "startswith", "ge", "le", "any", "isof"}
	spelling = map[string]string{"endswith": "endsWith", "ne": "ne", "not": "not", "$count": "$count"}
)

// filterRefusal is what the service says to a filter.
func filterRefusal(f *odata.Filter, l *list, advanced bool) *apierror.Error {
	// Deleted items are only listed by a cast, so it asks for nothing more there. Observed:
	// manicminer/hamilton filters them by id.
	if f != nil && l.cast != nil && !advanced && l.home.Name != entity.DeletedItems {
		return missingParameters("cast")
	}
	for _, u := range f.Uses() {
		switch {
		case u.Operator == "endswith" && advanced && !slices.Contains(endings, u.Property) && u.Property != "":
			return clauseRefusal(l, u.Property)
		case spelling[u.Operator] != "" && !advanced:
			return missingParameters(spelling[u.Operator])
		case u.Branches > maxBranches && !advanced:
			return unsupportedQuery("Too many child clauses specified in search filter expression containing 'OR' operators: %d. Max allowed: %d",
				u.Branches, maxBranches)
		case u.Operator == "eq" && u.Null && !advanced:
			return missingParameters("eq null")
		case spelling[u.Operator] == "" && !slices.Contains(basic, u.Operator) && u.Operator != "cast" && u.Operator != "gt" &&
			u.Operator != "lt":
			return clauseRefusal(l, u.Property) // contains and the like: no query has them
		}
	}
	return nil
}

// orderRefusal is what the service says to an order.
func orderRefusal(items []odata.OrderItem, filtered bool, r *workload.Rules, advanced bool) *apierror.Error {
	for _, item := range items {
		plain, other := slices.Contains(r.OrderBy, item.Property()), slices.Contains(r.OrderByAdvanced, item.Property())
		if !plain && !(other && advanced) || filtered && !advanced {
			return unsupportedQuery("Sorting not supported for current query.")
		}
	}
	return nil
}
