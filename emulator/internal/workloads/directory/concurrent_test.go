package directory

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/roster"
)

// Readers see the state before or after a run, never one between.
func TestReadersWhileRunsAreApplied(t *testing.T) {
	s := made(contoso())
	run(t, s, creation(), "p", school1())
	class := byExternalID(t, s, Classes)["11"].ID
	smaller := school1().with(csv{"studentenrollment": "Section SIS ID,SIS ID\n", "teacherroster": "Section SIS ID,SIS ID\n"})
	var writers, readers sync.WaitGroup
	done := make(chan struct{})
	for range 2 {
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				v := s.objects.View()
				assert.Contains(t, []int{0, 3}, v.Targets(Members, v.Find(entity.Directory, class).Place).Len())
				s.Save()
			}
		})
	}
	for _, profile := range []string{"p", "q"} {
		writers.Go(func() {
			for i := range 50 {
				files := school1()
				if i%2 == 0 {
					files = smaller
				}
				plan, err := s.Plan(creation(licensed), profile, files.files(), roster.V1, now)
				assert.NoError(t, err)
				assert.NoError(t, s.Apply(plan, now))
			}
		})
	}
	writers.Wait()
	close(done)
	readers.Wait()
	assert.Equal(t, 3, s.Len(Users))
}
