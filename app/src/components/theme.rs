//! Dark or light: as the system has it, or as the person chose on this device.

use leptos::prelude::*;

/// Where the choice is kept.
const KEY: &str = "docket:theme";

/// What the person chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Theme {
    /// As the system has it.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// All choices.
    pub(crate) const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    /// The choice in words.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::System => "As the system",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }

    /// The choice as it is kept.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    fn parse(text: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|theme| theme.as_str() == text)
            .unwrap_or_default()
    }

    /// Reads the choice, shows it, and follows it from now on.
    pub(crate) fn provide() {
        let kept = storage().and_then(|storage| storage.get_item(KEY).ok().flatten());
        let theme = RwSignal::new(kept.map(|text| Self::parse(&text)).unwrap_or_default());
        provide_context(theme);
        Effect::new(move |_| theme.get().apply());
    }

    fn apply(self) {
        if let Some(root) = document().document_element() {
            let _ = match self {
                Self::System => root.remove_attribute("data-theme"),
                Self::Light | Self::Dark => root.set_attribute("data-theme", self.as_str()),
            };
        }
        if let Some(storage) = storage() {
            // Where nothing may be kept, the choice lasts as long as the page.
            let _ = storage.set_item(KEY, self.as_str());
        }
    }

    /// The choice, to be read and set.
    pub(crate) fn chosen() -> RwSignal<Self> {
        expect_context()
    }
}

/// Small things of this browser that are no one's data.
pub(crate) fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}
