package main

import "strings"

// system is the store that the system itself keeps.
func (t trusting) system() section {
	switch t.os {
	case "darwin":
		keychain := `"$HOME/Library/Keychains/login.keychain-db"`
		return section{"The system: your login keychain, for TLS alone",
			[]string{"Read by Safari, Chrome, Go, .NET, PowerShell and /usr/bin/curl. It asks for your password."},
			[]string{"security add-trusted-cert -r trustRoot -p ssl -k " + keychain + " " + t.quote(t.file)},
			[]string{"security remove-trusted-cert " + t.quote(t.file),
				"security delete-certificate -Z " + t.thumbprint + " " + keychain}}
	case "windows":
		return section{"The system: your own store of roots",
			[]string{"Read by Edge, Chrome, Go, .NET, PowerShell and Windows' curl.exe. Windows asks whether you mean it. " +
				"In PowerShell:"},
			[]string{`Import-Certificate -FilePath ` + t.quote(t.file) + ` -CertStoreLocation Cert:\CurrentUser\Root`,
				`# or, in any shell: certutil -user -addstore Root "` + t.file + `"`},
			[]string{`Remove-Item Cert:\CurrentUser\Root\` + t.thumbprint,
				"certutil -user -delstore Root " + t.thumbprint}}
	case "linux":
		return t.linux()
	}
	return section{title: "The system", says: []string{"Where this system keeps the roots it trusts is not known here. " +
		"The variables below do without."}}
}

// The files of a distribution's local roots, each with the command that reads
// them anew (documented: update-ca-certificates(8) of Debian and SUSE,
// update-ca-trust(8) of Fedora, trust(1) of p11-kit).
func (t trusting) linux() section {
	const reads = "Read by what has no roots of its own: curl, Go, .NET, PowerShell, PHP, Ruby, Python's ssl; not by Node, " +
		"requests and browsers."
	copied := func(name, file, update, afterwards string) section {
		s := section{"The system: " + name, []string{reads},
			[]string{t.sudo("cp " + t.quote(t.file) + " " + file), t.sudo(update)},
			[]string{t.sudo("rm " + file), t.sudo(afterwards)}}
		if t.javaHook {
			// Observed with ca-certificates-java 20230710: what leaves the store stays
			// in Java's, with --fresh and without.
			s.says = append(s.says, "Here it reaches Java as well, which does not forget it with the others.")
			s.undo = append(s.undo, t.sudo("keytool -delete -alias debian:graphemu.pem -storepass changeit -cacerts"))
		}
		return s
	}
	switch t.family() {
	case "debian":
		return copied("Debian's store", "/usr/local/share/ca-certificates/graphemu.crt",
			"update-ca-certificates", "update-ca-certificates --fresh")
	case "alpine":
		return copied("Alpine's store", "/usr/local/share/ca-certificates/graphemu.crt", "update-ca-certificates", "update-ca-certificates")
	case "suse":
		return copied("SUSE's store", "/etc/pki/trust/anchors/graphemu.pem", "update-ca-certificates", "update-ca-certificates")
	case "fedora":
		return copied("Fedora's store", "/etc/pki/ca-trust/source/anchors/graphemu.pem", "update-ca-trust extract", "update-ca-trust extract")
	case "arch":
		return section{"The system: Arch's store", []string{reads},
			[]string{t.sudo("trust anchor --store " + t.quote(t.file))},
			[]string{t.sudo("trust anchor --remove " + t.quote(t.file))}}
	case "nixos":
		return section{title: "The system: NixOS", says: []string{reads, "Put this line into configuration.nix and run nixos-rebuild switch; " +
			"to undo it, take it out again. A flake wants a copy of the file beside it."},
			commands: []string{"# security.pki.certificateFiles = [ " + nixPath(t.file) + " ];"}}
	case "without":
		return section{title: "The system", says: []string{"Its store is kept by the package ca-certificates, which is not here. " +
			"Install that and ask again, or do without: the variables below."}}
	}
	return section{title: "The system", says: []string{"Which tool keeps the store of this distribution is not known here. " +
		"The variables below do without."}}
}

// nixPath is a path as Nix's language has it; a path with other characters is a
// string there.
func nixPath(file string) string {
	if strings.Trim(file, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-+/") == "" {
		return file
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "${", `\${`).Replace(file) + `"`
}

func (t trusting) windowsOfWSL() section {
	return section{"Windows around this Linux",
		[]string{"Its browsers and programs reach this server as well, and have a store of their own. Windows asks whether you mean it."},
		[]string{`certutil.exe -user -addstore Root "$(wslpath -w ` + t.quote(t.file) + `)"`},
		[]string{"certutil.exe -user -delstore Root " + t.thumbprint}}
}
