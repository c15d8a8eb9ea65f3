using TalkyWalky.App.Live;
using TalkyWalky.App.Security;
using TalkyWalky.App.Sessions;
using TalkyWalky.App.Settings;
using TalkyWalky.Client;

namespace TalkyWalky.App;

/// <summary>What the endpoints work with.</summary>
internal sealed record AppParts(
    AppSession Session, SettingsDesk Settings, Fonts Fonts, LiveHub Hub, Entrances Entrances, Browsers Browsers, Guard Guard, IPeers Peers, TimeProvider Time)
{
    /// <exception cref="NotLoggedInException">There is none yet.</exception>
    public IChat Chat => Session.Chat;
}
