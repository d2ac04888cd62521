package entra

import (
	"cmp"
	"fmt"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"
)

// The pages are written with gomponents, which escapes every text and attribute.
// html/template was tried: that it calls methods by name keeps the linker from
// leaving out whatever nobody calls, and cost 2 MiB of memory and half a
// millisecond of each start.

// view is the page.
func (d *pageData) view() g.Node {
	return h.Doctype(h.HTML(h.Lang("en"),
		h.Head(
			h.Meta(h.Charset("utf-8")),
			h.Meta(h.Name("viewport"), h.Content("width=device-width, initial-scale=1")),
			h.Meta(h.Name("robots"), h.Content("noindex")),
			h.TitleEl(g.Text(d.Title+" - graphemu")),
			h.StyleEl(g.Raw(pageCSS)),
		),
		h.Body(h.Main(
			h.Header(
				h.P(h.Strong(g.Text("graphemu sign-in: this is a local emulator"))),
				h.P(g.Text("Never enter a real password here. Tenant "), h.Code(g.Text(d.Tenant))),
			),
			h.H1(g.Text(d.Title)),
			d.content(),
		)),
	))
}

func (d *pageData) content() g.Node {
	switch {
	case d.Kind == "signin":
		return d.signIn()
	case d.Kind == "newPassword":
		return d.newPassword()
	case d.Kind == "device":
		return d.device()
	case d.Kind == "formPost":
		return d.formPost()
	case d.Error != "":
		return d.failure()
	}
	return h.P(g.Text(d.Notice))
}

// asks tells which app wants what.
func (d *pageData) asks() g.Group {
	words := g.Group{h.Strong(g.Text(d.App)), g.Text(" asks to act for you")}
	for i, scope := range d.Scopes {
		before := ", "
		if i == 0 {
			before = " with "
		}
		words = append(words, g.Text(before), h.Code(g.Text(scope)))
	}
	return append(words, g.Text(". "))
}

// form posts to this server, with the sealed request that the page is of.
func (d *pageData) form(content ...g.Node) g.Node {
	return h.Form(h.Method("post"), h.Action(d.Action),
		h.Input(h.Type("hidden"), h.Name(signinField), h.Value(d.Sealed)), g.Group(content))
}

// name is a field for a user's sign-in name.
func name(label, field, value string, more ...g.Node) g.Node {
	return g.Group{
		h.Label(h.For(field), g.Text(label)),
		h.Input(h.Type("text"), h.ID(field), h.Name(field), h.Value(value), h.AutoComplete("username"), g.Attr("autocapitalize", "none"),
			g.Attr("spellcheck", "false"), h.MaxLength("256"), g.Group(more)),
	}
}

func (d *pageData) signIn() g.Node {
	if len(d.Users) == 0 { // and none that is not listed may sign in
		return h.P(g.Text("The fixture has no users who could sign in. Start graphemu with --fixture contoso, or give its fixture some."))
	}
	users := d.form(
		h.Ul(g.Map(d.Users, func(u User) g.Node {
			return h.Li(h.Button(h.Class("user"), h.Name("user"), h.Value(u.PrincipalName),
				g.Text(cmp.Or(u.DisplayName, u.PrincipalName)), h.Span(g.Text(u.PrincipalName))))
		})),
		g.If(d.More > 0, h.P(g.Text(fmt.Sprintf("There are %d more. Enter the name of one of them below.", d.More)))),
	)
	return g.Group{
		h.P(d.asks(), g.Text("Choose who you are; there is no password.")),
		users,
		d.form(name("Another user's sign-in name", "user", d.Hint, h.Required()), h.P(h.Button(g.Text("Sign in")))),
		d.form(h.P(h.Button(h.Name("action"), h.Value("cancel"), g.Text("Cancel")))),
	}
}

// newPassword is the form of a password that has to be changed.
func (d *pageData) newPassword() g.Node {
	secret := func(label, field, kind string) g.Node {
		return g.Group{h.Label(h.For(field), g.Text(label)), h.Input(h.Type("password"), h.ID(field), h.Name(field), h.AutoComplete(kind),
			h.MaxLength("256"), h.Required())}
	}
	return g.Group{
		g.If(d.Error != "", h.P(h.Class("error"), h.Role("alert"), g.Text(d.Error))),
		g.Map(d.Details, func(help Help) g.Node { return h.P(h.Code(g.Text(help.Target)), g.Text(": "+help.Message)) }),
		h.P(g.Text("You need to update your password: this is the first time that you sign in, or it has expired. You are "),
			h.Code(g.Text(d.Hint)), g.Text(".")),
		d.form(secret("Current password", "password", "current-password"), secret("New password", "newPassword", "new-password"),
			secret("Confirm password", "confirmPassword", "new-password"), h.P(h.Button(g.Text("Sign in")))),
		d.form(h.P(h.Button(h.Name("action"), h.Value("cancel"), g.Text("Cancel")))),
	}
}

func (d *pageData) device() g.Node {
	asks := g.Group{g.Text("Enter the code that your device shows.")}
	if d.App != "" {
		asks = d.asks()
	}
	var users g.Node
	if len(d.Users) > 0 {
		users = g.Group{
			h.Label(h.For("user"), g.Text("Who you are")),
			h.Select(h.ID("user"), h.Name("user"), g.Map(d.Users, func(u User) g.Node {
				return h.Option(h.Value(u.PrincipalName), g.Text(fmt.Sprintf("%s (%s)", cmp.Or(u.DisplayName, u.PrincipalName), u.PrincipalName)))
			})),
		}
	}
	return g.Group{
		h.P(asks),
		d.form(
			h.Label(h.For("user_code"), g.Text("Code")),
			h.Input(h.Type("text"), h.ID("user_code"), h.Name("user_code"), h.Value(d.UserCode),
				h.AutoComplete("off"), g.Attr("autocapitalize", "characters"),
				g.Attr("spellcheck", "false"), h.MaxLength("32"), h.Required()),
			users,
			name("Or another user's sign-in name (it goes before the choice above)", "other", ""),
			h.P(h.Button(h.Name("action"), h.Value("approve"), g.Text("Sign in")), g.Text(" "),
				h.Button(h.Name("action"), h.Value("decline"), g.Text("Decline"))),
		),
	}
}

// formPost hands the answer to the app, by the script or by hand.
func (d *pageData) formPost() g.Node {
	return g.Group{
		h.Form(h.Method("post"), h.Action(d.Target),
			g.Map(d.Fields, func(f field) g.Node { return h.Input(h.Type("hidden"), h.Name(f.Name), h.Value(f.Value)) }),
			h.P(h.Button(g.Text("Continue to the app")))),
		h.Script(g.Raw(d.Script)),
	}
}

func (d *pageData) failure() g.Node {
	row := func(term string, value g.Node) g.Node { return g.Group{h.Dt(g.Text(term)), h.Dd(value)} }
	return g.Group{
		h.P(h.Class("error"), h.Role("alert"), g.Text(d.Error)),
		g.Map(d.Details, func(help Help) g.Node {
			return h.P(g.If(help.Target != "", g.Group{h.Code(g.Text(help.Target)), g.Text(": ")}), g.Text(help.Message))
		}),
		h.Dl(row("Error", h.Code(g.Text(d.Notice))), row("Trace ID", h.Code(g.Text(d.Trace))), row("Correlation ID", h.Code(g.Text(d.Client))),
			row("Timestamp", g.Text(d.Stamp))),
	}
}
