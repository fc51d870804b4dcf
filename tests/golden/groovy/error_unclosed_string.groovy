def a = 'fine'
def b = 'not closed  // expect error: this string is never closed
