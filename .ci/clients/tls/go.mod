module graphemu-client-tls

go 1.26
