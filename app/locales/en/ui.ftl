not-fetched = This part of the page could not be loaded. Check the connection, then reload.
reload = Reload
created-short = created
updated-short = updated
copied = Copied
copy-failed = The browser did not allow copying. Select the text and copy it.
cancel = Cancel
save = Save
close = Close
discard-question = Discard what you typed?
discard = Discard
keep-editing = Keep editing
dismiss = Dismiss
messages = Messages
request-id = Request
copy-request-id = Copy the request ID
not-known-whether-saved = Not known whether this was saved: no answer came. Looking for it now.
still-not-known = Not known whether this was saved, and the server cannot be reached. What you typed is kept.
was-not-saved = This was not saved: no answer came, and the server does not have it. Save it again.
other-person = Another person signed in, so this was not sent. Reload the page to go on as that person; what you typed is lost then.
not-signed-in = You are not signed in, so this was not saved. Save again to sign in.
unreadable = The answer could not be read. Reload the page; what you typed is lost then.
unreachable = The server could not be reached.
fields-to-correct = { $count ->
    [one] Correct one field:
   *[other] Correct {$count} fields:
}
