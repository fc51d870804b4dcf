Deploy 'text'  // expect error: unexpected a string after a word that begins with a capital
