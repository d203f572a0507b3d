//! The object's one alarm: work that nobody waits for. And the hub's ticks, which are sooner.

use std::time::Duration;

use docket_domain::Timestamp;
use worker::{Delay, ScheduledTime, js_sys::Date, wasm_bindgen::JsValue};

use super::Object;
use crate::error::{self, Error};

impl Object {
    /// Sees to it that the alarm goes off at `at` or before. One that should have gone off is set anew: it may have been
    /// lost with the process (workerd on one's own machine keeps the time, and forgets to wake).
    pub(super) fn set_alarm(&self, at: Timestamp) {
        let now = self.now();
        let stands = move |set: Timestamp| now < set && set <= at;
        if self.alarm.get().is_some_and(stands) {
            return;
        }
        self.alarm.set(Some(at));
        let storage = self.state.storage();
        self.state.wait_until(async move {
            // A new object doesn't know of an alarm that an earlier one set: an earlier time stands.
            let outcome = match storage.get_alarm().await {
                Ok(Some(set)) if stands(Timestamp(set)) => Ok(()),
                Ok(_) => storage.set_alarm(date(at)).await,
                Err(error) => Err(error),
            };
            if let Err(error) = outcome {
                error::log("setting the alarm", &error.to_string());
            }
        });
    }

    /// Sees to it that the hub goes on at `at`: soon, so that it isn't worth an alarm, and of no importance should the
    /// object vanish before.
    pub(super) fn set_tick(&self, at: Timestamp) {
        if self.tick.get().is_some_and(|set| set <= at) {
            return;
        }
        self.tick.set(Some(at));
        let wait = u64::try_from(at.0.saturating_sub(self.now().0)).unwrap_or_default();
        let object = self.this.clone();
        self.state.wait_until(async move {
            Delay::from(Duration::from_millis(wait)).await;
            let Some(object) = object.upgrade() else { return };
            // An earlier one may have been set meanwhile, and was what this one was for.
            if object.tick.get() == Some(at) {
                object.tick.set(None);
                if let Err(error) = object.act(|hub, now| hub.tick(now)) {
                    error::log(
                        "a tick failed",
                        &error.detail().unwrap_or_else(|| error.to_string()),
                    );
                }
            }
        });
    }

    /// The alarm went off.
    pub(super) fn ring(&self) -> Result<(), Error> {
        self.alarm.set(None);
        if self.is_claimed()? {
            let effects = self.with_hub(|hub, now| hub.alarm(now))??;
            self.carry_out(effects);
        }
        Ok(())
    }
}

fn date(at: Timestamp) -> ScheduledTime {
    // Milliseconds since 1970 are exact in a float for 285,000 years.
    ScheduledTime::new(Date::new(&JsValue::from_f64(at.0 as f64)))
}
