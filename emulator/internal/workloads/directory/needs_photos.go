package directory

import "github.com/graphemu/graphemu/emulator/internal/permission"

// photoNeeds are the permissions of photos and of their sizes.
var photoNeeds = []permission.Row{
	{
		Calls:     "GET /me/photo /me/photos /me/photos/{id}",
		Delegated: "User.Read ProfilePhoto.Read.All ProfilePhoto.ReadWrite.All User.ReadBasic.All",
	},
	{
		Calls:     "PUT /me/photo PATCH /me/photo DELETE /me/photo",
		Delegated: "User.ReadWrite ProfilePhoto.ReadWrite.All",
	},
	{
		Calls:       "GET /users/{id}/photo",
		Delegated:   "User.Read ProfilePhoto.Read.All ProfilePhoto.ReadWrite.All User.ReadBasic.All",
		Application: "ProfilePhoto.Read.All ProfilePhoto.ReadWrite.All User.Read.All User.ReadBasic.All User.ReadWrite.CrossCloud",
	},
	{
		Calls:       "GET /users/{id}/photos /users/{id}/photos/{id}",
		Delegated:   "User.Read ProfilePhoto.Read.All ProfilePhoto.ReadWrite.All User.ReadBasic.All",
		Application: "ProfilePhoto.Read.All ProfilePhoto.ReadWrite.All User.Read.All User.ReadBasic.All",
	},
	{
		Calls:       "PUT /users/{id}/photo PATCH /users/{id}/photo DELETE /users/{id}/photo",
		Delegated:   "User.ReadWrite ProfilePhoto.ReadWrite.All",
		Application: "ProfilePhoto.ReadWrite.All AgentIdUser.ReadWrite.All AgentIdUser.ReadWrite.IdentityParentedBy User.ReadWrite.All",
	},
	{
		Calls: "GET /groups/{id}/photo /groups/{id}/photos /groups/{id}/photos/{id}",
		Both:  "ProfilePhoto.Read.All Group.Read.All ProfilePhoto.ReadWrite.All",
	},
	{
		Calls: "PUT /groups/{id}/photo PATCH /groups/{id}/photo DELETE /groups/{id}/photo",
		Both:  "ProfilePhoto.ReadWrite.All Group.ReadWrite.All",
	},
}
