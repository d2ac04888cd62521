package ui

import (
	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"
)

// view is a part of the page that takes turns with others.
type view struct {
	id, title string
	content   g.Node // nil: its script fills it
}

// views are those of the page, in the order of the links to them.
var views = []view{
	{"requests", "Requests", nil}, {"timeline", "Timeline", nil}, {"objects", "Objects", nil},
	{"steer", "Steer", nil}, {"worlds", "Worlds", nil},
}

// frame is what the page and a report have in common.
type frame struct {
	title, version string
	head           []g.Node      // what its files are
	body           []g.Node      // attributes of the body
	end            []g.Node      // what is at its end
	first          g.Node        // before all; nil: nothing
	verdict        string        // until the script has it
	class          string        // of the verdict
	world          g.Node        // the options of the worlds
	views          []view        // that it has
	without        func() g.Node // what is there without scripts
}

// shell is the page without what it shows, which its scripts fill in.
func shell(prefix, version string) g.Node {
	return frame{
		title: "graphemu", version: version,
		head: []g.Node{
			h.Link(h.Rel("icon"), h.Href(prefix+"ui/icon.svg")),
			h.Link(h.Rel("stylesheet"), h.Href(prefix+"ui/page.css")),
			h.Script(h.Type("module"), h.Src(prefix+"ui/app.js")),
		},
		body:    []g.Node{h.Data("prefix", prefix)},
		verdict: "…",
		world:   h.Option(h.Value("default"), g.Text("default")),
		views:   views,
		without: func() g.Node {
			return h.P(g.Text("This page needs JavaScript. What it shows is also at "),
				h.A(h.Href(prefix+"worlds/default/verify?format=text"), g.Text(prefix+"worlds/default/verify?format=text")), g.Text("."))
		},
	}.render()
}

func (f frame) render() g.Node {
	links, sections := g.Group{}, g.Group{}
	for _, v := range f.views {
		links = append(links, h.Li(h.A(h.Href("#/default/"+v.id), h.Data("view", v.id), g.Text(v.title))))
		sections = append(sections, h.Section(h.ID(v.id), h.Aria("labelledby", v.id+"-title"), g.If(v.content == nil, g.Attr("hidden")),
			h.H2(h.ID(v.id+"-title"), g.Text(v.title)), h.Div(h.ID(v.id+"-content"), v.content)))
	}
	return h.Doctype(h.HTML(h.Lang("en"),
		h.Head(
			h.Meta(h.Charset("utf-8")),
			h.Meta(h.Name("viewport"), h.Content("width=device-width, initial-scale=1")),
			h.Meta(h.Name("robots"), h.Content("noindex")),
			h.Meta(h.Name("color-scheme"), h.Content("light dark")),
			h.TitleEl(g.Text(f.title)),
			g.Group(f.head),
		),
		h.Body(g.Group(f.body),
			h.A(h.Class("skip"), h.Href("#main"), h.ID("skip"), g.Text("To the content")),
			h.Header(
				h.H1(g.Text("graphemu "), h.Small(g.Text(f.version))),
				h.Div(h.Class("world"),
					h.Label(h.For("world"), g.Text("World")),
					h.Select(h.ID("world"), f.world),
					h.Span(h.ID("now"), h.Title("The world's clock")),
				),
			),
			f.first,
			h.Section(h.ID("verdict"), h.Class(f.class), h.Aria("labelledby", "verdict-title"),
				h.H2(h.ID("verdict-title"), g.Text("Verdict")),
				h.P(h.ID("verdict-line"), h.Aria("live", "polite"), h.Role("status"), g.Text(f.verdict)),
				h.Div(h.ID("verdict-more")),
			),
			h.Nav(h.Aria("label", "Views"), h.Ul(links)),
			h.P(h.ID("notice"), h.Role("alert")),
			h.Main(h.ID("main"), h.TabIndex("-1"), sections),
			h.NoScript(f.without()),
			g.Group(f.end),
		),
	))
}
