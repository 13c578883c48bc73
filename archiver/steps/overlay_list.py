"""Overlays that any site may lay over its pages, by the names that their makers give them.

To add one, add a row: its name, the CSS selectors of all that belongs to it (the box and its
backdrop; of a shadow tree its host, of a frame its container), and what it asks for. Ids and
classes that are its maker's own; a word that any site may use for something else does not do.

Paywalls, age checks and challenges are not listed: what they keep back is not given.
"""

from archiver.model.rendering import Overlay, OverlayKind

__all__ = ["GENERAL"]


def _consent(name: str, *selectors: str) -> Overlay:
    return Overlay(name, ", ".join(selectors), OverlayKind.CONSENT)


GENERAL: tuple[Overlay, ...] = (
    # Consent managers that many publishers use.
    _consent(
        "onetrust", "#onetrust-banner-sdk", "#onetrust-pc-sdk", ".onetrust-pc-dark-filter", "#onetrust-consent-sdk"
    ),
    _consent("sourcepoint", "div[id^='sp_message_container_']", ".sp-message-overlay"),
    _consent("quantcast", ".qc-cmp2-container", "#qc-cmp2-container", ".qc-cmp-ui-container"),
    _consent("inmobi", ".qc-cmp3-container", "#qc-cmp3-container"),
    _consent("cookiebot", "#CybotCookiebotDialog", "#CybotCookiebotDialogBodyUnderlay", "#CookiebotWidget"),
    _consent("didomi", "#didomi-host", "#didomi-popup", ".didomi-popup-backdrop", "#didomi-notice"),
    _consent("usercentrics", "#usercentrics-root", "#usercentrics-cmp-ui", "#uc-banner-modal", "#uc-center-container"),
    _consent("trustarc", ".truste_overlay", ".truste_box_overlay", "#truste-consent-track", "#consent_blackbar"),
    _consent("funding choices", ".fc-consent-root", ".fc-dialog-overlay"),
    _consent("consentmanager", "#cmpwrapper", "#cmpbox", "#cmpbox2"),
    _consent("cookieyes", ".cky-consent-container", ".cky-overlay", ".cky-modal", "#cookie-law-info-bar", ".cli-modal"),
    _consent("osano", ".osano-cm-window", ".osano-cm-dialog", ".osano-cm-info-dialog"),
    _consent("klaro", ".klaro .cookie-modal", ".klaro .cookie-notice"),
    _consent("borlabs", "#BorlabsCookieBox", "[id^='BorlabsCookieBox']", "#BorlabsCookieWidget"),
    _consent("complianz", "#cmplz-cookiebanner-container", ".cmplz-cookiebanner", ".cmplz-soft-cookiewall"),
    _consent("iubenda", "#iubenda-cs-banner", ".iubenda-cs-overlay", "#iubenda-iframe"),
    _consent("axeptio", "#axeptio_overlay", "#axeptio_main_button"),
    _consent("tarteaucitron", "#tarteaucitronRoot", "#tarteaucitronAlertBig"),
    _consent("appconsent", "#appconsent"),
    _consent("sirdata", "#sd-cmp"),
    _consent("commanders act", "#tc-privacy-wrapper", "#privacy-overlay.tc-privacy-overlay", "#popin_tc_privacy"),
    _consent("transcend", "#transcend-consent-manager"),
    _consent("ketch", "#lanyard_root"),
    _consent("termly", "#termly-code-snippet-support", ".termly-styles-root"),
    _consent("evidon", "#_evidon_banner", "#_evidon-background", "#_evidon-barrier-wrapper"),
    _consent("civic", "#ccc", "#ccc-overlay"),
    _consent("cookie script", "#cookiescript_injected", "#cookiescript_injected_wrapper"),
    _consent("cookiefirst", ".cookiefirst-root", "#cookiefirst-root"),
    _consent("cookiehub", ".ch2-container", ".ch2-dialog", ".ch2-backdrop"),
    _consent("moove", "#moove_gdpr_cookie_info_bar", "#moove_gdpr_cookie_modal"),
    _consent("cookieconsent", "#cc--main", "#cc-main", ".cc-window.cc-banner", ".cc-window.cc-floating"),
    _consent("real cookie banner", "[id^='rcb-'][class*='rcb-banner']", "#real-cookie-banner"),
    _consent("shopify", "#shopify-pc__banner", "#shopify-pc__prefs"),
    # Of large houses that made their own.
    _consent("google", "#CXQnmb", "#lb:has([action*='consent.google.'])", "#cookie-bar-overlay.gl-consent"),
    _consent("youtube", "ytd-consent-bump-v2-lightbox", "ytm-consent-bump-v2-renderer"),
    _consent("yahoo", "#consent-wizard", ".con-wizard"),
    # Log-ins of others that float over a site's own page.
    Overlay("google one tap", "#credential_picker_container, #credential_picker_iframe", OverlayKind.LOGIN),
)
