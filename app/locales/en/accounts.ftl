sign-in = Sign in
sign-in-about = Secrets for your integrations: saved once, picked by name, never shown again.
email = Email
password = Password
set-up = Set up Strongroom
set-up-about = Create the first administrator. The link from the server's terminal works once.
token = Setup token
token-help = The part after # in the link that the server printed.
name = Your name
name-help = Others see this name on everything you own.
password-help = At least 12 characters. A phrase of several words is easy to remember.
create-administrator = Create administrator
welcome = Choose your password
welcome-about = Choose a password to finish setting up your account. This link works once.
link = Link
link-help = Your invite link
new-password = New password
choose-password = Save and sign in
account = Account
account-about = Signed in as {$email}.
own-name = Name
save-name = Save name
name-saved = Name saved.
password-about = Changing your password signs you out on all other devices.
current-password = Current password
current-password-missing = Enter your current password.
new-password-missing = Enter a new password.
password-not-known = Connection lost, so we couldn't confirm the change. Try again: if your current password is refused, the new one is already set.
change-password = Change password
password-saved = Password changed. You're signed out on all other devices.
sessions = Sessions
sessions-about = Devices where you're signed in. Sign out any you don't recognize and change your password.
unknown-program = Unknown browser
this-session = This device
signed-in = signed in
last-seen = last seen
end-session = Sign out
end-session-of = Sign out {$browser}
end-other-sessions = Sign out everywhere else
sign-in-again = Sign in again
sign-in-again-about = Your session expired. Sign in and we'll save your changes.
sign-in-error = { $code ->
        [wrong] The email or password is incorrect.
        [throttled] Too many attempts. Wait a minute, then try again.
      *[other] Signing in isn't working right now. Try again in a minute.
}
set-up-error = { $code ->
        [token] The setup token is incorrect. Copy the whole link from the server's terminal.
    [email] Enter an email address, like name@example.org.
    [name] Enter a name of up to 128 characters.
    [password] Choose a less common password of 12 to 256 characters.
        [spent] Strongroom is already set up. Sign in, or ask an administrator.
      *[other] Setup isn't working right now. Try again in a minute.
}
welcome-error = { $code ->
        [token] This link is incomplete. Copy the whole link and try again.
    [password] Choose a less common password of 12 to 256 characters.
        [spent] This link was already used or has expired. Ask an administrator for a new one.
        [throttled] Too many attempts. Wait a minute, then try again.
      *[other] Saving your password isn't working right now. Try again in a minute.
}
one-session-ended = Device signed out.
other-sessions-ended = Signed out everywhere else.
role-administrator = Administrator
role-manager = Manager
role-viewer = Viewer
