package entra

// errorPage is an empty page until the pages come.
func (x *exchange) errorPage(p *problem) Reply {
	return x.reply(p.status, "text/html; charset=utf-8", nil)
}

const signinField = "signin"
