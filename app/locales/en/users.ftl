column-name = Name
column-email = Email
column-role = Role
column-state = State
column-last-seen = Last seen
column-created = Created
column-operations = Operations
users = Users
about = Who may sign in, and what they may do. You never need to know anybody's password.
search = Search by name or email
add = Add user
first-use = No users yet
how-to-begin = Add somebody, and give them the link that you get.
seen-short = last seen
never = never
you = you
edit = Edit {$name}
delete = Delete {$name}
more = More for {$name}
new-link = New link
disable = Disable
enable = Enable
own-account = Your account
name = Name
name-help = Others see it as the owner of credentials.
email = Email
email-help = For signing in. Strongroom sends no mail: you give the link to the person yourself.
email-fault = Enter an email address, like name@example.org.
role = Role
add-and-get-link = Add and get link
link-title = Link for {$name}
link-about = Give this link to {$name}, over a channel that you trust. Whoever opens it chooses the password of the account. It works once.
link-once = The link is not shown again. When it is lost, make a new one.
link = Link
link-good-until = Good until
copy-link = Copy link
done = Done
new-link-title = New link for {$name}?
link-not-known = Not known whether this was saved: no answer came. Make another link: an older one stops working then.
make-link = Make link
saved = {$name} was saved.
added-without-link = {$name} was added, but the link was lost on the way. Choose “New link” in the row.
deleted = {$name} was deleted.
delete-title = Delete {$name}?
delete-means = {$name} owns nothing. They are signed out at once, and the account cannot be restored.
credential = Credential
mcp-server = MCP server
model-binding = Model binding
and-more = and {NUMBER($count)} more
estate = What becomes of it?
transfer = Transfer to another user
transfer-means = Everything goes on working; the new owner can change and delete it.
destroy = Delete the credentials with the account
new-owner = New owner
choose-user = Choose a user
narrow = Find by name or email
new-owner-missing = Choose who gets it.
new-owner-gone = This account is gone or disabled. Choose somebody else.
nobody-found = Nobody is called so.
type-name = Type the name to delete it anyway
name-not-typed = Type {$name}, exactly as it is written.
owned-changed = This has changed meanwhile. Look at it again.
delete-button = Delete
loading = Loading…
gone = This user does not exist any more
gone-help = The account was deleted, or the link is wrong. Close this and look at the list.
could-not-be-loaded = Could not be loaded
not-yourself = Not your own account
not-yourself-help = Another administrator has to do this. Your name, password and sessions are on the page “Account”.
load-current = Load how it is now
loaded-current = It is now “{$name}”, {$role}. Save again to put your changes over it.
state-active = Active
state-invited = Invited
state-link-ended = Invited, link ended
state-disabled = Disabled
state-unknown = Unknown
administrator-means = Everything, users included. Nobody is shown a value.
manager-means = Adds and uses everything; changes and deletes what is their own.
viewer-means = Looks at names and references.
new-link-of-invited-means = The older link stops working.
new-link-of-active-means = With the link they choose a new password, and are signed out everywhere. Until then nothing changes. An older link stops working.
disable-title = Disable {$name}?
enable-title = Enable {$name}?
disable-means = They are signed out everywhere at once and cannot sign in. What they own stays and goes on working.
enable-means = They can sign in again with the password that they had.
disabled = {$name} is disabled.
enabled = {$name} is enabled.
owns-all = {$name} owns {$records}. They are signed out at once, and the account cannot be restored.
owned-credentials = { $count ->
    [one] 1 credential
   *[other] {$count} credentials
}
owned-mcp-servers = { $count ->
    [one] 1 MCP server
   *[other] {$count} MCP servers
}
owned-model-bindings = { $count ->
    [one] 1 model binding
   *[other] {$count} model bindings
}
two-of-a-list = {$first} and {$second}
three-of-a-list = {$first}, {$second} and {$third}
used-by = { $count ->
    [0] not used
   *[other] used by {$count}
}
values-destroyed = { $count ->
    [one] Its value is destroyed at once and cannot be restored; what uses it says “credential deleted”.
   *[other] Their values are destroyed at once and cannot be restored; what uses them says “credential deleted”.
}
both-transferred = MCP servers and model bindings are transferred to you.
mcp-servers-transferred = MCP servers are transferred to you.
model-bindings-transferred = Model bindings are transferred to you.
user-option-you = {$name} (you)
user-option-other = {$name}, {$email}
