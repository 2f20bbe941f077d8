// Something that is changed here at once and told to the server after a pause, whole: nothing is lost on the way.
class Told {
  constructor(pause, send) {
    this.pause = pause;
    this.send = send;
    this.value = null;
    this.token = null;
    this.waits = false;
  }

  set(value) {
    this.value = value;
    this.waits = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.tell(), this.pause);
  }

  tell() {
    clearTimeout(this.timer);
    if (!this.waits) return;
    this.waits = false;
    this.token = crypto.randomUUID?.() ?? String(Math.random());
    this.send({ ...this.value, token: this.token });
  }

  // What the server says counts only once it has heard the last that was told.
  adopt(value, token) {
    if (this.waits || (this.token !== null && this.token !== token)) return false;
    this.value = value;
    return true;
  }
}
