import java.util.concurrent.*
Nowhere x = null  // expect error: unable to resolve class Nowhere
