package workload

import (
	"fmt"
	"net/http"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
)

// Refuse is an error of the directory's usual code for what a client asks for wrongly.
func Refuse(format string, args ...any) *apierror.Error {
	return &apierror.Error{Status: http.StatusBadRequest, Code: "Request_BadRequest", Message: fmt.Sprintf(format, args...)}
}

// Time is a time as the service writes those of objects.
func Time(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
