// Development only: keeps an open page like its sources. The server ends the stream of events when it stops; the next
// server's first event says what it serves.
const page = new URL(import.meta.url).search.slice(1);

/** Loads the new style sheet beside the old one, so that the page is never without. */
const swap = (css) => {
  const old = [...document.querySelectorAll('link[rel=stylesheet]')].pop();
  if (!old || old.getAttribute('href') === css) return;
  const link = old.cloneNode();
  link.href = css;
  link.onload = () => old.remove();
  old.after(link);
};

const listen = () => {
  const events = new EventSource('/dev/reload');
  events.onmessage = ({ data }) => {
    const served = JSON.parse(data);
    if (served.page !== page) return location.reload();
    swap(served.css);
    document.documentElement.dataset.build = served.build;
  };
  events.onerror = () => {
    events.close();
    setTimeout(listen, 200);
  };
};
listen();
