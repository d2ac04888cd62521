package ui

import (
	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"
)

// views are the parts of the page that take turns, in the order of the links to them.
var views = []struct{ id, title string }{
	{"requests", "Requests"}, {"timeline", "Timeline"}, {"objects", "Objects"}, {"steer", "Steer"}, {"worlds", "Worlds"},
}

// shell is the page without what it shows, which its scripts fill in.
func shell(prefix, version string) g.Node {
	links, sections := g.Group{}, g.Group{}
	for _, v := range views {
		links = append(links, h.Li(h.A(h.Href("#/default/"+v.id), h.Data("view", v.id), g.Text(v.title))))
		sections = append(sections, h.Section(h.ID(v.id), h.Aria("labelledby", v.id+"-title"), g.Attr("hidden"),
			h.H2(h.ID(v.id+"-title"), g.Text(v.title)), h.Div(h.ID(v.id+"-content"))))
	}
	return h.Doctype(h.HTML(h.Lang("en"),
		h.Head(
			h.Meta(h.Charset("utf-8")),
			h.Meta(h.Name("viewport"), h.Content("width=device-width, initial-scale=1")),
			h.Meta(h.Name("robots"), h.Content("noindex")),
			h.Meta(h.Name("color-scheme"), h.Content("light dark")),
			h.TitleEl(g.Text("graphemu")),
			h.Link(h.Rel("icon"), h.Href(prefix+"ui/icon.svg")),
			h.Link(h.Rel("stylesheet"), h.Href(prefix+"ui/page.css")),
			h.Script(h.Type("module"), h.Src(prefix+"ui/app.js")),
		),
		h.Body(h.Data("prefix", prefix),
			h.A(h.Class("skip"), h.Href("#main"), h.ID("skip"), g.Text("To the content")),
			h.Header(
				h.H1(g.Text("graphemu "), h.Small(g.Text(version))),
				h.Div(h.Class("world"),
					h.Label(h.For("world"), g.Text("World")),
					h.Select(h.ID("world"), h.Option(h.Value("default"), g.Text("default"))),
					h.Span(h.ID("now"), h.Title("The world's clock")),
				),
			),
			h.Section(h.ID("verdict"), h.Aria("labelledby", "verdict-title"),
				h.H2(h.ID("verdict-title"), g.Text("Verdict")),
				h.P(h.ID("verdict-line"), h.Aria("live", "polite"), h.Role("status"), g.Text("…")),
				h.Div(h.ID("verdict-more")),
			),
			h.Nav(h.Aria("label", "Views"), h.Ul(links)),
			h.P(h.ID("notice"), h.Role("alert")),
			h.Main(h.ID("main"), h.TabIndex("-1"), sections),
			h.NoScript(h.P(g.Text("This page needs JavaScript. What it shows is also at "),
				h.A(h.Href(prefix+"worlds/default/verify?format=text"), g.Text(prefix+"worlds/default/verify?format=text")), g.Text("."))),
		),
	))
}
