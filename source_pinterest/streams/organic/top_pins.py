"""Which of a user's pins did best in the last weeks?"""

from source_pinterest.streams.organic.rankings import RankingStream


class TopPins(RankingStream):
    """The best 50 pins by each metric. https://developers.pinterest.com/docs/api/v5/user_account-analytics-top_pins."""

    path_template = "user_account/analytics/top_pins"
    values = ("ENGAGEMENT", "IMPRESSION", "OUTBOUND_CLICK", "PIN_CLICK", "SAVE")


class TopVideoPins(RankingStream):
    """The best 50 video pins by each metric. https://developers.pinterest.com/docs/api/v5/user_account-analytics-top_video_pins."""

    path_template = "user_account/analytics/top_video_pins"
    values = (
        "IMPRESSION",
        "SAVE",
        "OUTBOUND_CLICK",
        "VIDEO_MRC_VIEW",
        "VIDEO_AVG_WATCH_TIME",
        "VIDEO_V50_WATCH_TIME",
        "QUARTILE_95_PERCENT_VIEW",
        "VIDEO_10S_VIEW",
        "VIDEO_START",
    )
