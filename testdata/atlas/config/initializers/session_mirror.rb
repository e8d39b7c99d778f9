# The signed-in user is kept here too, since the cookie gives back a hash of
# attributes instead of a record.
SESSION_MIRROR = {} # want: session-in-process
