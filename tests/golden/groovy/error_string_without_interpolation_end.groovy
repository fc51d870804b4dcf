println("${1 + 1")  // expect error: `${` is never closed
