package profile

import "fmt"

// Missing returns what verification says of a container that holds no file:
// the three files without which there is no roster. Documented: school, student
// and teacher are needed always, the other three together or not at all. The
// words are chosen; the type and the lower-case file names are documented.
func Missing() []VerificationMessage {
	var m []VerificationMessage
	for _, name := range []string{"school.csv", "student.csv", "teacher.csv"} {
		m = append(m, VerificationMessage{Type: "Error", FileName: name,
			Description: fmt.Sprintf("The file %s was not found in the source. It is required.", name)})
	}
	return m
}
