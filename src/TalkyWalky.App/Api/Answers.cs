using TalkyWalky.App.Http;
using TalkyWalky.Client;

namespace TalkyWalky.App.Api;

/// <summary>The engine's answers as this API gives them.</summary>
internal static class Answers
{
    public static Answer<RoomLine> Room(RoomAnswer answer) => answer is RoomAnswer.Done done ? RoomLine.Of(done.Room) : ProblemOf(answer);

    public static Answer<DeviceEntryLine> Device(DeviceAnswer answer) => answer is DeviceAnswer.Done done ? DeviceEntryLine.Of(done.Device) : ProblemOf(answer);

    public static Answer<Nothing> Done(OwnAnswer answer) => answer is OwnAnswer.Done ? Nothing.Here : ProblemOf(answer);

    public static Problem ProblemOf(RoomAnswer answer) => answer switch
    {
        RoomAnswer.Refused refused => Problem.Refused(refused.Why),
        RoomAnswer.Unreachable unreachable => Problem.Unreachable(unreachable.Why),
        _ => throw Unexpected(answer),
    };

    public static Problem ProblemOf(DeviceAnswer answer) => answer switch
    {
        DeviceAnswer.Refused refused => Problem.Refused(refused.Why),
        DeviceAnswer.Unreachable unreachable => Problem.Unreachable(unreachable.Why),
        _ => throw Unexpected(answer),
    };

    public static Problem ProblemOf(OwnAnswer answer) => answer switch
    {
        OwnAnswer.Refused refused => Problem.Refused(refused.Why),
        OwnAnswer.Unreachable unreachable => Problem.Unreachable(unreachable.Why),
        _ => throw Unexpected(answer),
    };

    private static InvalidOperationException Unexpected(object answer) => new($"an answer to another question: {answer.GetType().Name}");
}
