/** Where the page begins. */
import { render } from "preact";
import { App } from "./app.tsx";
import { Desk } from "./desk.ts";
import { takeToken } from "./session.ts";

const token = takeToken();
const place = document.getElementById("app");
if (place !== null) {
  if (token === undefined) {
    render(
      <main class="nobody">
        <h1>Kalshi local exchange</h1>
        <p>
          Open this page by the address that the exchange has printed: it holds the token of the session,
          without which nobody can see or trade here.
        </p>
      </main>,
      place,
    );
  } else {
    const desk = new Desk(token);
    render(<App desk={desk} />, place);
    desk.open();
  }
}
