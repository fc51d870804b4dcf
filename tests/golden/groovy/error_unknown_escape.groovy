def ok = /\d/
def bad = 'a\d'  // expect error: unexpected char: '\'
