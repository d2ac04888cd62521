// Package entity is the store of one world's objects and of the links between
// them. It knows JSON, ids and revisions; it knows no types of Graph and no
// rules: those belong to who writes.
//
// # What it keeps
//
// An [Object] is a JSON object with an id. It lives in one collection, its
// [Home]: an entity set such as users, or a contained collection of another
// object such as the messages of a user. Its [Place] is its number in the order
// of creation. A link leads from one object to another and has the name of a
// relation, such as members; it is found from both ends.
//
// # Reading and writing
//
// [Store.Update] makes changes, all or none of them. [Store.View] gives a [View],
// the store as it is at that moment: it stays so, whatever is written later, and
// holds no lock. [Store.Fork] makes a second store that begins with what the first
// one has, in constant time; from then on each pays for its own changes. A reset of
// a world is a fork.
//
// # How
//
// All of a store is one immutable state behind one pointer. A change copies the
// few nodes on the way to what it changes, and shares the rest: that one idea makes
// views, forks and failed updates cost nothing. There are three trees:
//
//   - trie: from a number to a pointer: place to object, place to set of places;
//   - set: sorted places that can be counted and paged: a collection, the ends of
//     an object's links;
//   - index: from a hash to places: ids and unique keys. The object at the place
//     confirms, so that no key is kept twice.
//
// A view that lags behind the truth, for a time or a number of reads, is a view of
// an older state, which the caller keeps for so long.
package entity
