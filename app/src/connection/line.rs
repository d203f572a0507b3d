//! Keeping a socket open: connect, hand frames on, wait, try again; at once when the network comes back.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use docket_domain::Timestamp;
use futures_channel::mpsc::{self, UnboundedReceiver, UnboundedSender};
use futures_util::{
    FutureExt, StreamExt,
    future::{Either, select},
};
use wasm_bindgen::{JsCast, closure::Closure};
use wasm_bindgen_futures::spawn_local;

use super::{
    backoff::Backoff,
    session,
    socket::{Heard, Socket},
};
use crate::store::{Connection, Hold, Replica, StoreError, now, random, sleep};

/// How often the sync is asked whether the hub still answers, in milliseconds.
const TICK: u32 = 5_000;
/// How long a connection must have lasted to be called a good one, in milliseconds.
const STABLE: i64 = 10_000;
/// Over how long those who were told to wait come back, in milliseconds.
const SPREAD: u32 = 5_000;

/// This tab's line to the hub.
#[derive(Debug, Default)]
pub(crate) struct Line {
    socket: RefCell<Option<Socket>>,
    orders: RefCell<Option<UnboundedSender<Order>>>,
    stopped: Cell<bool>,
    /// The hub was asked who is signed in, and answered.
    asked: Cell<bool>,
    /// Why the hub closes the socket, in its words.
    said: RefCell<Option<String>>,
    /// When this line was last welcomed.
    welcomed: Cell<Timestamp>,
}

/// What others ask of the line.
#[derive(Debug, Clone, Copy)]
enum Order {
    /// Try now.
    Wake,
    /// Close the socket, and try again after a while.
    Close,
    /// There is no network.
    Offline,
}

/// Why a socket ended.
enum Ended {
    /// It broke, or the sync has no use for it; with the hub's sentence, if it gave one.
    Broken(Option<String>),
    /// There is no network.
    Offline,
}

impl Line {
    /// Sends a frame, if there is a socket.
    pub(crate) fn send(&self, frame: &[u8]) {
        if let Some(socket) = self.socket.borrow().as_ref() {
            socket.send(frame);
        }
    }

    /// Closes the socket; the line tries again after a while.
    pub(crate) fn close(&self) {
        self.order(Order::Close);
    }

    /// Tries to connect now.
    pub(crate) fn wake(&self) {
        self.order(Order::Wake);
    }

    /// The hub said why it closes the socket.
    pub(crate) fn hear(&self, sentence: String) {
        *self.said.borrow_mut() = Some(sentence);
    }

    /// The hub knows this client.
    pub(crate) fn welcome(&self) {
        self.welcomed.set(now());
    }

    /// Is it closed for good?
    pub(crate) const fn is_stopped(&self) -> bool {
        self.stopped.get()
    }

    /// Closes the socket for good.
    pub(crate) fn stop(&self) {
        self.stopped.set(true);
        // At once, and not when the line has its turn: nothing more goes out.
        self.socket.borrow_mut().take();
        self.order(Order::Close);
    }

    fn order(&self, order: Order) {
        if let Some(orders) = self.orders.borrow().as_ref() {
            // The line runs as long as the page.
            let _ = orders.unbounded_send(order);
        }
    }
}

/// Begins to connect, for as long as the page lives.
pub(crate) fn start(replica: Rc<Replica>) {
    let (sender, orders) = mpsc::unbounded();
    *replica.line.orders.borrow_mut() = Some(sender.clone());
    listen("online", sender.clone(), Order::Wake);
    listen("offline", sender, Order::Offline);
    spawn_local(run(replica, orders));
}

fn listen(event: &str, orders: UnboundedSender<Order>, order: Order) {
    let Some(window) = web_sys::window() else { return };
    let tell = Closure::<dyn FnMut()>::new(move || {
        // The line runs as long as the page.
        let _ = orders.unbounded_send(order);
    });
    // The names are right, so this can't fail.
    let _ = window.add_event_listener_with_callback(event, tell.as_ref().unchecked_ref());
    tell.forget();
}

async fn run(replica: Rc<Replica>, mut orders: UnboundedReceiver<Order>) {
    let mut backoff = Backoff::default();
    while !replica.line.stopped.get() {
        replica.set_connection(Connection::Connecting);
        let next = once(&replica, &mut orders, &mut backoff).await;
        if replica.line.stopped.get() {
            break;
        }
        replica.set_connection(next);
        match replica.held() {
            Some(hold) if next == Connection::Waiting => hold_on(hold, &replica, &mut orders).await,
            _ => wait(next, &mut orders, &mut backoff).await,
        }
    }
    replica.set_connection(Connection::SignedOut);
}

/// One connection, from the first try to its end. Answers how things stand then.
async fn once(
    replica: &Rc<Replica>,
    orders: &mut UnboundedReceiver<Order>,
    backoff: &mut Backoff,
) -> Connection {
    let Some(address) = address(replica) else {
        return Connection::Offline;
    };
    let Some((socket, mut heard)) = Socket::connect(&address) else {
        return Connection::Offline;
    };
    *replica.line.socket.borrow_mut() = Some(socket);
    replica.line.said.borrow_mut().take();
    replica.line.welcomed.set(Timestamp::default());
    let ended = converse(replica, &mut heard, orders).await;
    replica.line.socket.borrow_mut().take();
    replica.disconnected();
    // A hub that welcomes and closes at once would else be asked again at once.
    let welcomed = replica.line.welcomed.get();
    if welcomed.0 > 0 && now().0 - welcomed.0 >= STABLE {
        backoff.reset();
    }
    let said = match ended {
        Ended::Offline => return Connection::Offline,
        Ended::Broken(said) => replica.line.said.borrow_mut().take().or(said),
    };
    if let Some(hold) = said.as_deref().and_then(|said| Hold::said(said, now())) {
        replica.hold_back(hold);
        return Connection::Waiting;
    }
    if let Some(said) = said {
        replica.tell_closed(&said);
    }
    if replica.line.is_stopped() {
        return Connection::SignedOut;
    }
    // A browser doesn't tell why a socket failed: ask the hub who we are.
    match session::ask(&replica.slug).await {
        Err(StoreError::SignedOut) => Connection::SignedOut,
        Err(StoreError::Revoked) => {
            replica.revoked().await;
            Connection::SignedOut
        }
        Err(StoreError::Wait { hold, .. }) => {
            replica.hold_back(hold);
            Connection::Waiting
        }
        _ => Connection::Offline,
    }
}

/// Waits as long as the hub said, whatever the network does: it takes nothing until then.
async fn hold_on(hold: Hold, replica: &Rc<Replica>, orders: &mut UnboundedReceiver<Order>) {
    // By chance some seconds more: all clients were told the same.
    let more = u32::from_be_bytes(random()) % SPREAD;
    let patience = sleep(hold.left(now()).saturating_add(more)).boxed_local();
    let stopped = async {
        while orders.next().await.is_some() {
            if replica.line.is_stopped() {
                break;
            }
        }
    };
    select(Box::pin(stopped), patience).await;
    replica.hold_no_more();
}

async fn converse(
    replica: &Rc<Replica>,
    heard: &mut UnboundedReceiver<Heard>,
    orders: &mut UnboundedReceiver<Order>,
) -> Ended {
    loop {
        let event = select(heard.next(), orders.next());
        let tick = Box::pin(sleep(TICK));
        match select(event, tick).await {
            Either::Left((Either::Left((event, _)), _)) => match event {
                Some(Heard::Open) => {
                    replica.connected();
                    renew_session(replica);
                }
                Some(Heard::Frame(frame)) => {
                    replica.received(&frame);
                    // A burst of rows: take what is here already before anything is painted.
                    while let Some(Some(Heard::Frame(frame))) = heard.next().now_or_never() {
                        replica.received(&frame);
                    }
                }
                Some(Heard::Closed(said)) => return Ended::Broken((!said.is_empty()).then_some(said)),
                None => return Ended::Broken(None),
            },
            Either::Left((Either::Right((order, _)), _)) => match order {
                Some(Order::Close) => return Ended::Broken(None),
                Some(Order::Offline) => return Ended::Offline,
                Some(Order::Wake) | None => {}
            },
            Either::Right(_) => {
                replica.tick();
                replica.look_at_the_clock();
            }
        }
    }
}

/// Waits for the next try.
async fn wait(connection: Connection, orders: &mut UnboundedReceiver<Order>, backoff: &mut Backoff) {
    // Without a session only signing in helps.
    let patience = match connection {
        Connection::SignedOut => futures_util::future::pending().boxed_local(),
        _ => sleep(backoff.next(u32::from_be_bytes(random()))).boxed_local(),
    };
    let woken = async {
        while let Some(order) = orders.next().await {
            if matches!(order, Order::Wake | Order::Close) {
                break;
            }
        }
    };
    if let Either::Left(_) = select(Box::pin(woken), patience).await {
        backoff.reset();
    }
}

/// Asks the hub once who is signed in: that also makes it renew a session that is getting old.
fn renew_session(replica: &Rc<Replica>) {
    if replica.line.asked.replace(true) {
        return;
    }
    let replica = Rc::clone(replica);
    spawn_local(async move {
        match session::ask(&replica.slug).await {
            // Somebody else's: the welcome tells of that, too.
            Ok(session) if replica.is_other(&session.member.id) => replica.line.close(),
            Ok(session) => replica.set_me(session.member),
            Err(_) => replica.line.asked.set(false),
        }
    });
}

fn address(replica: &Replica) -> Option<String> {
    let location = web_sys::window()?.location();
    let scheme = match location.protocol().ok()?.as_str() {
        "https:" => "wss",
        _ => "ws",
    };
    Some(format!(
        "{scheme}://{}/sync/{}",
        location.host().ok()?,
        replica.slug
    ))
}
