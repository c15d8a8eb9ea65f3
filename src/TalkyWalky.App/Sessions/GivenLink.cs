using TalkyWalky.App.Api;
using TalkyWalky.App.Live;
using TalkyWalky.Client;
using TalkyWalky.Wire;

namespace TalkyWalky.App.Sessions;

/// <summary>The join link that the program was opened with: the form begins with it, and a profile of another server says that it did not use it.</summary>
internal sealed class GivenLink(Board board, LiveHub hub)
{
    public void Pass(string link)
    {
        board.Change(now => now.Stage is Stage.New || (now.Stage is Stage.Unfinished && now.Link is null) ? now with { Link = link } : now);
        if (board.Now.Self is { } self) Compare(link, self);
    }

    /// <summary>The profile is open.</summary>
    public void Settle(Self self)
    {
        if (board.Now.Link is { } link) Compare(link, self);
        board.Change(static now => now with { Link = null });
    }

    private void Compare(string link, Self self)
    {
        if (!JoinLink.TryParse(link, out var other, out _) || !JoinLink.TryParse(self.JoinLink, out var own, out _) || other.Root == own.Root) return;
        hub.Tell(new LiveEvent.Notice(
            $"This profile is at home on {own.Gateway.Authority}, so the join link to {other.Gateway.Authority} was not used. For another server, open another profile: talkywalky open --profile FOLDER."));
    }
}
