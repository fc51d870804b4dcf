class Job { Job() { static x = 1 } }  // expect error: Modifier 'static' not allowed here.
