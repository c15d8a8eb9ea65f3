using TalkyWalky.Cli.Commands;
using TalkyWalky.Cli.Output;
using TalkyWalky.Client;
using TalkyWalky.Wire;

namespace TalkyWalky.Cli.Chat;

/// <summary>What happens in the chat, as the screen shows it.</summary>
internal sealed class ScreenEvents(Screen screen, Courtesies courtesies, ReadPosition position)
{
    private readonly HashSet<ConversationId> _muted = [];

    /// <summary>How far messages were shown, on whichever screen of this profile.</summary>
    public ReadPosition Position => position;

    public void Remember(ConversationInfo conversation)
    {
        if (conversation.IsMuted) _muted.Add(conversation.Conversation);
        else _muted.Remove(conversation.Conversation);
    }

    public void Happened(ChatEvent happened)
    {
        switch (happened)
        {
            case ChatEvent.Received { Message: var message }:
                Received(message);
                break;
            case ChatEvent.StateChanged { Message: var message }:
                if (screen.Place?.Holds(message) == true) screen.PutNews(message); // perhaps sent by another program of this profile
                break;
            case ChatEvent.PresenceChanged { Person: var person }:
                if (screen.Person is { } shown && shown.User == person.User) screen.Person = person;
                break;
            case ChatEvent.ConnectionChanged { State: ConnectionState.LoggedOut, Trouble: var why }:
                throw new NotLoggedInException(why ?? "You are logged out.");
            case ChatEvent.ConnectionChanged changed:
                (screen.Connection, screen.Trouble) = (changed.State, changed.Trouble);
                break;
            case ChatEvent.Typing typing:
                screen.Typists.Heard(typing.In, typing.From);
                break;
            case ChatEvent.ConversationChanged { Conversation: var conversation }:
                Remember(conversation);
                break;
            case ChatEvent.Alarm alarm:
                screen.Alarm(alarm.Text);
                break;
            case ChatEvent.Notice notice:
                screen.Note(notice.Text);
                break;
            case ChatEvent.RoomChanged { Room: var room }:
                if (screen.Place?.Is(room.Room) == true) screen.Place = Place.Of(room);
                break;
        }
    }

    private void Received(ChatMessage message)
    {
        position.MoveTo(message.Sequence);
        screen.Typists.Wrote(message.From);
        if (screen.Place is { } place && place.Holds(message))
        {
            screen.PutNews(message);
            courtesies.Seen(place.Target, message.Position);
        }
        else if (!_muted.Contains(message.Conversation))
        {
            var (where, how) = message.IsRoom ? ($" in {message.With}", "/room") : ("", "/with");
            screen.Note($"{PlainMessage.Who(message.From, message.FromName)} wrote{where}: {(message.File is null ? message.Text : PlainMessage.Said(message))}   ({how} {message.With})");
        }
    }
}
