using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Gateway.Sessions;

/// <summary>Why a connection is over. A null <paramref name="Code"/> says nothing to the peer: it left by itself.</summary>
internal sealed record Ending(CloseCode? Code, string Text)
{
    public static readonly Ending Left = new(null, "the device said goodbye");

    public static readonly Ending Lost = new(null, "the connection broke");

    public static readonly Ending NoHello = new(null, "no hello came in time");

    public static readonly Ending Replaced = new(CloseCode.Replaced, "this device connected again elsewhere; only the newest connection is kept");

    public static readonly Ending ShuttingDown = new(CloseCode.ShuttingDown, "the server is stopping; connect again in a moment");

    public static readonly Ending Unavailable = new(CloseCode.Unavailable, "the server cannot work right now; connect again later");

    public static readonly Ending TooSlow = new(CloseCode.TooSlow, "the device did not take up what it was sent; connect again");

    public static readonly Ending MailboxClosed = new(CloseCode.Replaced, "this device's mailbox was opened elsewhere; connect again if that was not you");

    public static Ending Malformed(string text) => new(CloseCode.Malformed, text);
}
