/** Every page at the width of a desk too, which takes a browser long; the shorter run opens one of each kind. */
import '../web/browser.test.ts'
