class DeployError extends RuntimeException {
  int code = 1
  DeployError(String message) { super(message) }
  DeployError(String message, int code) { super("$message!"); this.code = code }
  DeployError(String message, Throwable cause) { super(message, cause) }
}
class RetryError extends DeployError {
  RetryError(String m) { super("retry: " + m) }
  String getMessage() { "<${super.getMessage()}>" }
}
try {
  throw new DeployError('broken')
} catch (DeployError e) {
  println "$e.message $e.code"     // expect: broken 1
}
try {
  throw new DeployError('worse', 7)
} catch (IllegalStateException | DeployError e) {
  println e.getMessage() + e.code  // expect: worse!7
}
try {
  throw new RetryError('later')
} catch (DeployError e) {
  println e.message                // expect: <retry: later>
  println e                        // expect: RetryError: <retry: later>
}
try {
  try {
    1.foo()
  } catch (e) {
    throw new DeployError('wrapped', e)
  }
} catch (Exception e) {
  println e.class.name             // expect: DeployError
  println e.cause.class.simpleName // expect: MissingMethodException
  println e instanceof RuntimeException                // expect: true
}
try {
  throw new DeployError('plain')
} catch (IOException e) {
  println 'no'
} catch (RuntimeException e) {
  println e.toString()             // expect: DeployError: plain
} finally {
  println 'done'                   // expect: done
}
@groovy.transform.InheritConstructors
class Inherited extends Exception {}
try {
  throw new Inherited('inherited')
} catch (Inherited e) {
  println e.message                // expect: inherited
}
