package azurego

import (
	"testing"

	"github.com/graphemu/graphemu/emulator"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFlow(t *testing.T) {
	for way, o := range map[string]emulator.Options{"memory": {}, "http": {HTTP: "127.0.0.1:0"}, "https": {HTTPS: "127.0.0.1:0"}} {
		t.Run(way, func(t *testing.T) {
			o.Clock = "frozen"
			_, w := open(t, o)
			id, c := w.container()
			put(t, c, files(t))
			code, messages := w.start(id)
			require.Equal(t, 200, code, messages)
			for _, m := range messages { t.Log(m) }
			assert.Empty(t, errorsOf(messages))
		})
	}
}
