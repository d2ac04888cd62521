package entra

// Sessions are what a tenant's endpoints have given out and may take back:
// authorization codes, device codes, and what codes gave.
type Sessions struct{}
