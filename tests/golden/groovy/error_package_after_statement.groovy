println 1
package a.b  // expect error: unexpected token: package
