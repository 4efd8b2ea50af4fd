clear = Clear credential
open = Show credentials
list = Credentials
create-from-paste = Create credential from what you pasted…
retry = Retry
created = Created {$name}.
cleared-for-host = You changed {$before} to {$now}. Choose the credential again to confirm.
restored = {$name} is selected again.
none-needed = Continue without a credential
undo = Undo
cleared = No credential is selected.
created-not-sendable = {$name} has line breaks or control characters inside, so it cannot be sent as a header. Edit its value, or choose another credential.
create-title = Create credential
hidden-choice = A credential you may not see
deleted-choice = Deleted: {$name}. Choose another.
deleted-choice-by = Deleted: {$name}, by {$user}. Choose another.
deleted-choice-on = Deleted: {$name} on {$day}. Choose another.
deleted-choice-by-on = Deleted: {$name}, by {$user} on {$day}. Choose another.
# 2 Mar 2026
day = {NUMBER($day)} { $month ->
    [1] Jan
    [2] Feb
    [3] Mar
    [4] Apr
    [5] May
    [6] Jun
    [7] Jul
    [8] Aug
    [9] Sep
    [10] Oct
    [11] Nov
   *[12] Dec
} {NUMBER($year)}
unknown-name = No credential named “{$text}”. Choose one from the list or clear the field.
create-new = Create credential…
create-named = Create credential “{$name}”…
searching = Searching…
failed = Could not be loaded.
forbidden = You may not list credentials. Ask an administrator.
secret-create = This looks like a secret, so it was not searched for. Create a credential and select it.
secret-ask = This looks like a secret, so it was not searched for. Ask somebody who may create credentials.
rows = { $count ->
    [0] {""}
    [one] 1 credential.
   *[other] {$count} credentials.
}
none-yet = There are no credentials yet.
no-match = No credential matches “{$search}”.
more = {NUMBER($count)} more – keep typing
more-than = More than {NUMBER($count)} more – keep typing
created-stays-one = {$name} was created and is still in Credentials.
created-stays-many = {$names} were created and are still in Credentials.
value-help-known = {$help} After you save, it can be sent only to {$destination}.
value-help-unknown = {$help} After you save, it can be sent only to this form's address.
after-saving-to = After you save, {$credential} can be sent only to {$destination}.
allow-host = Allow {$host}
