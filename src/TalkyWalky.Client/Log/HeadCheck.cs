using TalkyWalky.Client.Connect;
using TalkyWalky.Wire;
using TalkyWalky.Wire.Frames;

namespace TalkyWalky.Client.Log;

/// <summary>Holds heads against the book by the answers of one connection's gateway, and tells the person when they do not fit.</summary>
internal sealed class HeadCheck(LogBook book, LogAlarms alarms, GatewayLink link)
{
    public LogBook Book => book;

    public LogAlarms Alarms => alarms;

    /// <inheritdoc cref="LogBook.EnsureAsync"/>
    public async Task<HeadVerdict> EnsureAsync(ulong size, Digest root, ReadOnlyMemory<byte> token) =>
        await ToldAsync(await book.EnsureAsync(size, root, token, link.AskAsync, link.Ended));

    /// <inheritdoc cref="LogBook.TakeAsync"/>
    public async Task<HeadVerdict> TakeAsync(TreeHead told) => await ToldAsync(await book.TakeAsync(told.Token.Memory, told.Keys.Memory, link.AskAsync, link.Ended));

    private async Task<HeadVerdict> ToldAsync(HeadVerdict verdict)
    {
        if (verdict is HeadVerdict.SplitView split) await alarms.SplitViewAsync(split.Evidence);
        else if (verdict is HeadVerdict.RolledBack) await alarms.RolledBackAsync();
        return verdict;
    }
}
