"""Why a row is refused, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping

from regulars.kit.text import Text
from regulars.listen.imports.questions import UNANSWERED

REASONS: Mapping[str, Text] = {
    "columns": Text("The number of columns differs from the header's.", "列数与表头不一致。"),
    "quotes": Text("A quotation mark is not closed.", "引号没有配对。"),
    "encoding": Text("The bytes are not in the file's encoding.", "字节不符合文件的编码。"),
    "not_json": Text("The line is not a JSON object.", "该行不是 JSON 对象。"),
    "nul": Text("The line has a NUL byte, which no text has.", "该行含有空字节（NUL）。"),
    "lost": Text(
        "The row was counted in the file but did not arrive: check the line.",
        "文件中有该行，但未能读入：请检查该行。",
    ),
    "too_long": Text("The line is too long.", "该行过长。"),
    "unreadable": Text("The line cannot be read.", "该行无法读取。"),
    "missing": Text("A value that is needed is empty.", "必填的值为空。"),
    "unreadable_number": Text("The value is not a number.", "该值不是数字。"),
    "unreadable_moment": Text("The value is not a date or time.", "该值不是日期或时间。"),
    "unreadable_currency": Text("The value is not a currency.", "该值不是币种。"),
    "currencies": Text(
        "The row or order names several currencies, and they are never added.",
        "该行或订单出现多种货币，不能相加。",
    ),
    "other_currency": Text(
        "The row names another currency than the one given for the file.",
        "该行的货币与为文件指定的货币不同。",
    ),
    "which_order": Text(
        "Several orders have this number, and the row does not say which it belongs to.",
        "多个订单使用该编号，无法判断该行属于哪一个。",
    ),
    "cut_id": Text("Excel has cut this number.", "Excel 截断了该编号。"),
    "unreadable_flag": Text("The value is not yes or no.", "该值不是“是”或“否”。"),
    "unreadable_list": Text("The value is not a list of order lines.", "该值不是订单行列表。"),
    "out_of_range": Text("The value lies outside its range.", "该值超出范围。"),
    "weight": Text(
        "A weight is not below 0 and not above 1,000,000.",
        "权重不能小于 0，也不能大于 1,000,000。",
    ),
    "future": Text("The time lies in the future.", "时间在未来。"),
    "actor": Text("Nobody we know did it.", "未知的行为主体。"),
    UNANSWERED: Text("A question about the file has no answer yet.", "关于文件的问题尚未回答。"),
    "group": Text("Another line of the same order is refused.", "同一订单的另一行被拒绝。"),
}

CURES: Mapping[str, Text] = {
    "cut_id": Text(
        "Excel has cut this number; export the column as text.",
        "Excel 截断了该编号；请将该列以文本格式导出。",
    ),
    "other_currency": Text(
        "Leave --currency out if the file has several; each row then counts in its own.",
        "若文件含多种货币，请不要指定 --currency；各行按自己的货币计入。",
    ),
    UNANSWERED: Text(
        "Answer what the import asks, as it writes it: KEY=VALUE (--answer KEY=VALUE).",
        "请按导入提示的写法回答：键=值（--answer KEY=VALUE）。",
    ),
    "unreadable_number": Text(
        "If commas are decimal marks, as in 1.234,50, say so: decimal mark “,” (--decimal ,).",
        "若以逗号作小数点（如 1.234,50），请注明：小数点为“,”（--decimal ,）。",
    ),
    "quotes": Text(
        "Close the quotation marks around the cell, and double those within it.",
        "请配对单元格两侧的引号，并将其中的引号写成两个。",
    ),
    "columns": Text(
        "Give every row as many cells as the header has; quote cells that hold the delimiter.",
        "请使每行的单元格数与表头一致；含分隔符的单元格须加引号。",
    ),
    "encoding": Text(
        'Save the file as UTF-8, or name its encoding in the mapping (encoding = "gb18030").',
        '请将文件另存为 UTF-8，或在映射中写明编码（encoding = "gb18030"）。',
    ),
    "unreadable_moment": Text(
        "Say how dates are written, such as %d/%m/%Y (--date-format; more than one may be given).",
        "请注明日期的写法，例如 %d/%m/%Y（--date-format，可给出多个）。",
    ),
}
"""What to do about a reason that many rows of a file share."""


def reason_text(reason: str) -> Text:
    """Return a reason in both languages."""
    return REASONS.get(reason) or Text(reason, reason)
